"""Voxels on their way to a page: a coarse grid first, then slabs and planes at full resolution, always int16."""

from dataclasses import dataclass

import numpy as np
from isal import isal_zlib

COARSE_VOXELS = 2_000_000  # about 2 MB compressed; a volume that is no larger travels whole
SLAB_BYTES = 4_000_000
NOT_A_NUMBER = -32768
_CODES = 32767


@dataclass(frozen=True)
class Samples:
    """A numeric array (x, y, z) as int16 codes: value = code * slope + inter; NaN is the code -32768.

    HU that are whole int16 numbers are their own codes. `key` tells pages whether they have these voxels already.
    """

    array: np.ndarray
    spacing: tuple[float, float, float]
    key: str
    slope: float = 1.0
    inter: float = 0.0
    whole: bool = True  # the codes are the values

    @classmethod
    def of(cls, array: np.ndarray, spacing: tuple[float, float, float]) -> "Samples":
        """Codes that lose nothing of whole numbers within int16, and a 65,000th of the range of anything else."""
        key = array_key(array)
        if array.dtype in (np.int16, np.int8, np.uint8, np.bool_):
            return cls(array, spacing, key)
        low, high = finite_range(array)
        if array.dtype.kind in "iu" and low >= -_CODES and high <= _CODES:
            return cls(array, spacing, key)
        slope = (high - low) / (2 * _CODES) or 1.0
        return cls(array, spacing, key, slope, (high + low) / 2, whole=False)

    def codes(self, block: np.ndarray) -> np.ndarray:
        """A part of the array as int16 codes of the same shape."""
        if self.whole:
            return block.astype(np.int16, copy=False)
        with np.errstate(invalid="ignore"):
            codes = (block.astype(np.float64) - self.inter) / self.slope
        missing = np.isnan(codes)
        codes = np.rint(np.clip(codes, -_CODES, _CODES, out=codes), out=codes)
        codes[missing] = NOT_A_NUMBER
        return codes.astype(np.int16)

    @property
    def stride(self) -> tuple[int, int, int]:
        """Every how many voxels the coarse grid has one: nearly isotropic, at most `COARSE_VOXELS` in all."""
        return coarse_stride(self.array.shape, self.spacing)

    @property
    def slab(self) -> int:
        """Axial slices in one slab."""
        return max(1, SLAB_BYTES // (2 * self.array.shape[0] * self.array.shape[1]))

    def coarse(self) -> bytes:
        """The coarse grid, compressed, x fastest."""
        x, y, z = self.stride
        return pack(self.codes(self.array[::x, ::y, ::z]))

    def slices(self, first: int) -> bytes:
        """The slab that begins at axial slice `first`, compressed, x fastest."""
        return pack(self.codes(self.array[:, :, first : first + self.slab]))

    def plane(self, axis: int, index: int) -> bytes:
        """One plane across `axis`, compressed, its lower axis fastest."""
        return pack(self.codes(self.array[(slice(None),) * axis + (index,)]))

    def describe(self) -> dict[str, object]:
        """What a page must know to read the bytes."""
        shape = self.array.shape
        return {
            "key": self.key, "shape": list(shape), "stride": list(self.stride), "slab": self.slab, "slope": self.slope,
            "inter": self.inter, "whole": self.whole,
        }  # fmt: skip


def pack(block: np.ndarray) -> bytes:
    """An array as gzip, its first axis fastest, little-endian."""
    flat = block.ravel(order="F")
    little = flat.astype(flat.dtype.newbyteorder("<"), copy=False)
    return zipped(little.data.cast("B"))


def zipped(data: bytes | memoryview) -> bytes:
    """Gzip at a fast level: the wire is mostly the same machine, and a page waits for it."""
    return isal_zlib.compress(data, 1, wbits=31)


def coarse_stride(shape: tuple[int, ...], spacing: tuple[float, float, float]) -> tuple[int, int, int]:
    """Steps along x, y and z that leave at most `COARSE_VOXELS`, of about the same length in mm."""
    stride = [1, 1, 1]
    while np.prod([-(-n // s) for n, s in zip(shape, stride, strict=True)]) > COARSE_VOXELS:
        open_axes = [a for a in range(3) if shape[a] > stride[a]]
        finest = min(open_axes, key=lambda a: stride[a] * spacing[a])
        stride[finest] += 1
    return stride[0], stride[1], stride[2]


def finite_range(array: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest finite value; (0, 0) where there is none."""
    if array.dtype.kind != "f":
        return float(array.min()), float(array.max())
    finite = np.isfinite(array)
    if not finite.any():
        return 0.0, 0.0
    return float(array.min(where=finite, initial=np.inf)), float(array.max(where=finite, initial=-np.inf))


def array_key(array: np.ndarray) -> str:
    """The same for the same values: two checksums of an array, and its shape."""
    sums = [0, 1]
    for z in range(array.shape[2]):
        plane = np.ascontiguousarray(array[:, :, z].T).data.cast("B")
        sums = [isal_zlib.crc32(plane, sums[0]), isal_zlib.adler32(plane, sums[1])]
    return f"{sums[0]:08x}{sums[1]:08x}-{'x'.join(map(str, array.shape))}-{array.dtype.str[1:]}"
