"""How voxel values are stored as numbers: dtype, slope and intercept, decoded and encoded without loss."""

from dataclasses import dataclass

import numpy as np

_INT16 = np.iinfo(np.int16)


@dataclass(frozen=True)
class Encoding:
    """value = stored * slope + inter, with stored numbers of `dtype`."""

    dtype: np.dtype
    slope: float = 1.0
    inter: float = 0.0

    @property
    def scaled(self) -> bool:
        return self.slope != 1.0 or self.inter != 0.0

    def decode(self, raw: np.ndarray) -> np.ndarray:
        """Values as int16 where all are whole numbers in its range, else float32."""
        if not self.scaled:
            return _narrow(raw)
        if raw.dtype.kind in "iu" and float(self.slope).is_integer() and float(self.inter).is_integer():
            ends = [int(v) * int(self.slope) + int(self.inter) for v in (raw.min(), raw.max())]
            if _INT16.min <= min(ends) and max(ends) <= _INT16.max:
                return (raw.astype(np.int32) * np.int32(self.slope) + np.int32(self.inter)).astype(np.int16)
        return _narrow(raw * np.float64(self.slope) + np.float64(self.inter))

    def encode(self, values: np.ndarray) -> tuple["Encoding", np.ndarray]:
        """The stored numbers that decode to exactly `values`, in this encoding if it can hold them, else a wider one."""
        raw = self._try(values)
        if raw is not None:
            return self, raw
        for dtype in _wider(values):
            plain = Encoding(np.dtype(dtype))
            raw = plain._try(values)
            if raw is not None:
                return plain, raw
        return Encoding(values.dtype), values

    def _try(self, values: np.ndarray) -> np.ndarray | None:
        """Stored numbers that give `values` back, or None."""
        if values.dtype == bool:
            values = values.astype(np.uint8)
        if not self.scaled and values.dtype == self.dtype:
            return values
        stored = values if not self.scaled else (values - np.float64(self.inter)) / np.float64(self.slope)
        if self.dtype.kind in "iu":
            info = np.iinfo(self.dtype)
            if values.size and not (info.min <= np.rint(stored.min()) and np.rint(stored.max()) <= info.max):
                return None  # also when a NaN is among them
            raw = np.rint(stored).astype(self.dtype) if stored.dtype.kind == "f" else stored.astype(self.dtype)
        else:
            raw = stored.astype(self.dtype)
        back = raw if not self.scaled else (raw * np.float64(self.slope) + np.float64(self.inter)).astype(values.dtype)
        return raw if np.array_equal(back, values, equal_nan=values.dtype.kind == "f") else None


def _wider(values: np.ndarray) -> tuple[type, ...]:
    if values.dtype.kind in "biu":
        return (np.uint8, np.int16, np.int32, np.int64)
    return (np.int16, np.float32, np.float64)


def _narrow(values: np.ndarray) -> np.ndarray:
    """int16 if that loses nothing, else float32; in native byte order."""
    if values.dtype == np.int16 and values.dtype.isnative:
        return values
    if values.dtype.kind in "iu":
        fits = values.dtype.itemsize == 1 or (_INT16.min <= int(values.min()) and int(values.max()) <= _INT16.max)
        return values.astype(np.int16 if fits else np.float32)
    with np.errstate(invalid="ignore"):
        middle = values[..., values.shape[-1] // 2]
        if np.array_equal(middle.astype(np.int16), middle):  # most fractional images are told by one plane
            whole = values.astype(np.int16)
            if np.array_equal(whole, values):
                return whole
    return values.astype(np.float32)
