"""Vessels end where their organ does."""

from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.inference.postprocess.crops import tight


def not_below(vein: CroppedMask, pancreas: CroppedMask) -> CroppedMask:
    """The portal and splenic vein without what lies below the lowest plane of the pancreas; as it is without a pancreas."""
    if not vein.voxels or not pancreas.voxels:
        return vein
    crop = vein.crop.copy()
    crop[:, :, : max(pancreas.box[2].start - vein.box[2].start, 0)] = False
    return tight(vein.shape, vein.box, crop)
