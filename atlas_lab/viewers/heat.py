"""Heat maps over a CT: attention, probability, uncertainty, one value a voxel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas_lab.data.geometry import same_grid
from atlas_lab.data.regrid import regrid
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.viewers.samples import Samples, finite_range

COLORMAP = "inferno"  # perceptually uniform, read alike with any colour vision


@dataclass(frozen=True)
class Heat:
    """One heat map on the CT's grid: values from `low` (transparent) to `high` (opaque)."""

    name: str
    array: np.ndarray
    low: float
    high: float

    def samples(self, spacing: tuple[float, float, float]) -> Samples:
        """Its voxels on their way to a page."""
        return Samples.of(self.array, spacing)


def heats_of(overlay: Any, volume: Volume, *, resample: bool) -> dict[str, Heat]:
    """What `overlay=` gives, by name: an array (x, y, z) or Volume, or a mapping name → array or Volume.

    InputError: not numbers, another grid (unless `resample`), no finite value.
    """
    given = overlay if isinstance(overlay, Mapping) else {"overlay": overlay} if overlay is not None else {}
    return {str(name): _heat(str(name), values, volume, resample) for name, values in given.items()}


def _heat(name: str, values: Any, volume: Volume, resample: bool) -> Heat:
    if isinstance(values, Volume):
        if not same_grid(values.shape, values.affine, volume.shape, volume.affine):
            if not resample:
                raise InputError(f"overlay {name!r}: lies on another grid than the CT; al.view(..., resample=True) resamples it")
            values = regrid(values, volume, outside=0.0)
        array = values.array
    else:
        array = np.asarray(values)
    if array.dtype.kind not in "biuf" or array.shape != volume.shape:
        raise InputError(f"overlay {name!r}: needs numbers of shape {volume.shape} (x, y, z), not {array.dtype} {array.shape}")
    lowest, high = finite_range(array)
    low = min(lowest, 0.0)
    return Heat(name, array, low, high if high > low else low + 1.0)


def colors() -> np.ndarray:
    """The colour map as uint8 (256, 3)."""
    from matplotlib import colormaps

    return (colormaps[COLORMAP](np.arange(256))[:, :3] * 255).round().astype(np.uint8)


def blend(picture: np.ndarray, values: np.ndarray, low: float, high: float, opacity: float) -> np.ndarray:
    """A float picture (rows, columns, 3) under a slice of values: more opaque where they are higher; NaN shows nothing."""
    share = np.nan_to_num(np.clip((values - low) / (high - low), 0, 1))[..., None]
    tint = colors()[(share[..., 0] * 255).round().astype(int)]
    return picture + (tint - picture) * share * opacity
