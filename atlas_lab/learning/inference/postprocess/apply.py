"""Which rule is for which structure (CLIP-Driven Universal Model, ICCV 2023; tumours also SuPreM, ICLR 2024)."""

from functools import partial
from typing import Any

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.inference.postprocess.lungs import split_lungs
from atlas_lab.learning.inference.postprocess.pieces import largest
from atlas_lab.learning.inference.postprocess.tumors import largest_lesions, within_organ
from atlas_lab.learning.inference.postprocess.vessels import not_below

ONE_PIECE = (
    "spleen", "kidney_right", "kidney_left", "gall_bladder", "esophagus", "liver", "stomach", "aorta", "postcava", "pancreas",
    "adrenal_gland_right", "adrenal_gland_left", "duodenum", "colon", "intestine", "rectum", "bladder", "prostate",
    "femur_left", "femur_right", "celiac_trunk",
)  # fmt: skip
_VOXEL_MM3 = 1.5**3  # the least sizes were chosen as voxels of 1.5 mm
# tumour → how many pieces are kept, and from which volume on (mm³)
LESIONS = {
    "kidney_tumor": (5, 80 * _VOXEL_MM3), "liver_tumor": (20, 20 * _VOXEL_MM3), "pancreas_tumor": (1, 100 * _VOXEL_MM3),
    "hepatic_vessel_tumor": (10, 80 * _VOXEL_MM3), "lung_tumor": (10, 30 * _VOXEL_MM3), "colon_tumor": (3, 100 * _VOXEL_MM3),
    "kidney_cyst": (20, 20 * _VOXEL_MM3),
}  # fmt: skip
INSIDE = {"liver_tumor": ("liver",), "kidney_tumor": ("kidney_left", "kidney_right")}


def postprocess(labels: LabelMap) -> LabelMap:
    """The label map cleaned: each structure by its rule, others as they are.

    - organs are their largest piece (26-connected);
    - the portal and splenic vein does not reach below the pancreas;
    - the lungs are told apart anew: two pieces, the left one on the left;
    - tumours of liver and kidney lie in their organ, closed and grown by 3 mm (where the map has the organ);
    - of each kind of tumour, the largest few pieces above a least volume stay.

    The published rules count voxels of 1.5 mm; here they are lengths and volumes, so that any grid will do.
    """
    masks = {name: labels.cropped(name) for name in labels}
    for name in set(ONE_PIECE) & masks.keys():
        masks[name] = largest(masks[name])
    vein = "portal_vein_and_splenic_vein"
    if vein in masks and "pancreas" in masks:
        masks[vein] = not_below(masks[vein], masks["pancreas"])
    lungs = ("lung_left", "lung_right")
    if masks.keys() >= set(lungs):
        masks |= dict(zip(lungs, split_lungs(masks[lungs[0]], masks[lungs[1]], labels.spacing), strict=True))
    for name, organs in INSIDE.items():
        if name in masks and masks.keys() >= set(organs):
            masks[name] = within_organ(masks[name], [masks[organ] for organ in organs], labels.spacing)
    for name, (most, least_mm3) in LESIONS.items():
        if name in masks:
            masks[name] = largest_lesions(masks[name], most, least_mm3, labels.spacing)
    return LabelMap(
        {name: partial(_same, mask) for name, mask in masks.items()}, labels.affine, labels.class_map, shape=labels.shape,
        disk=labels.disk,
    )  # fmt: skip


def _same(mask: CroppedMask) -> Any:
    return mask
