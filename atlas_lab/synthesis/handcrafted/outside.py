"""What a tumour that bulges out of its organ is painted on: plain tissue of the organ's level, with the CT's own noise."""

import numpy as np
from scipy import ndimage

_SMOOTH = 1.5  # voxels: what is coarser is anatomy (cortex, fat, a vessel beside it), what is finer is noise
_STRONGEST = 2.5  # deviations of that noise: what differs by more is an edge
_RIM = 2  # voxels on either side of the organ's surface that are partly fat
_SHIFTS = ((4, 3, 2), (-3, 5, -2), (2, -4, 5), (-5, -3, -4), (7, -6, 4), (-6, 7, -7))  # voxels away there may be noise alone
_LOST = 1.1  # by what smoothing thins noise out


def continued(hu: np.ndarray, organ: np.ndarray, level: float) -> np.ndarray:
    """Float32 HU (x, y, z) as if all of the box were the organ, of one `level`, HU, with noise.

    The noise is what the CT has at the same place, in the organ or in the fat around it, so that its grain goes on; where
    the organ ends, or something else begins, it is taken from a few voxels away.
    """
    surface = ndimage.binary_dilation(organ, iterations=_RIM) & ~ndimage.binary_erosion(organ, iterations=_RIM)
    rest = np.zeros(hu.shape, np.float32)
    for part in (organ & ~surface, ~organ & ~surface):
        rest[part] = (hu - _mean_within(hu, part))[part]
    deep = rest[organ & ~surface] if (organ & ~surface).any() else rest[~surface]
    noise = 1.4826 * float(np.median(np.abs(deep))) if deep.size else 0.0
    found = ~surface & (np.abs(rest) <= _STRONGEST * noise)
    filled, known = np.where(found, rest, 0), found.copy()
    for shift in _SHIFTS:
        there = np.roll(found, shift, (0, 1, 2)) & ~known
        filled[there] = np.roll(rest, shift, (0, 1, 2))[there]
        known |= there
    return (level + _LOST * filled).astype(np.float32)


def _mean_within(hu: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Smoothed HU that no voxel outside `part` goes into."""
    weight = ndimage.gaussian_filter(part.astype(np.float32), _SMOOTH)
    smooth = ndimage.gaussian_filter(np.where(part, hu, 0).astype(np.float32), _SMOOTH)
    return np.divide(smooth, weight, out=np.zeros_like(smooth), where=weight > 1e-3)
