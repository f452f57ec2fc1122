"""Tumours: inside their organ, few, and not too small."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.inference.postprocess.crops import hull, tight, within
from atlas_lab.learning.inference.postprocess.pieces import connected, largest

Spacing = tuple[float, float, float]
_REACH_MM = 3.0  # half of a box of 5 voxels of 1.5 mm, without its middle


def within_organ(tumor: CroppedMask, organs: Sequence[CroppedMask], spacing: Spacing) -> CroppedMask:
    """What of a tumour lies in its organ, or organs: each one piece, gaps closed, then grown by 3 mm in a box's shape."""
    reach = tuple(max(round(_REACH_MM / side), 1) for side in spacing)
    organs = [largest(organ) for organ in organs]
    box = hull(organs, (2 * reach[0], 2 * reach[1], 2 * reach[2]))
    organ = np.logical_or.reduce([within(mask, box) for mask in organs])
    closed = _shrunk(_grown(organ, reach), reach)
    return tight(tumor.shape, box, _grown(closed, reach) & within(tumor, box))


def largest_lesions(tumor: CroppedMask, most: int, least_mm3: float, spacing: Spacing) -> CroppedMask:
    """The `most` largest pieces of a tumour's mask, of those with a volume of at least `least_mm3`."""
    if not tumor.voxels:
        return tumor
    found = connected(tumor.crop)
    voxel_mm3 = spacing[0] * spacing[1] * spacing[2]
    kept = [number for number in found.order[:most] if found.voxels[number] * voxel_mm3 >= least_mm3]
    return tight(tumor.shape, tumor.box, np.isin(found.numbers, kept))


def _grown(mask: np.ndarray, reach: Sequence[int]) -> np.ndarray:
    """The mask and every voxel within `reach` of it along each axis: a box is three lines, one after the other."""
    for axis, voxels in enumerate(reach):
        mask = ndimage.maximum_filter1d(mask.view(np.uint8), 2 * voxels + 1, axis=axis, mode="constant").view(bool)
    return mask


def _shrunk(mask: np.ndarray, reach: Sequence[int]) -> np.ndarray:
    """Beyond the grid an organ may go on, so nothing is taken away there."""
    return ~_grown(~mask, reach)
