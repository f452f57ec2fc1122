"""Where a tumour will be, and the healthy tissue that it takes the place of."""

from dataclasses import dataclass

import numpy as np

from atlas_lab.synthesis.handcrafted.blend import FAINTEST
from atlas_lab.synthesis.handcrafted.blur import gaussian
from atlas_lab.synthesis.handcrafted.ground import Ground, box_of
from atlas_lab.synthesis.handcrafted.mask import fill
from atlas_lab.synthesis.handcrafted.outside import continued
from atlas_lab.synthesis.handcrafted.shape import draw_shape
from atlas_lab.synthesis.tissue import Box, NoRoom, Site, Tissue

EDGE_MM = 4.0  # the soft edge is at most so wide (Chen et al., CVPR 2024, draw from 0, in voxels of 1 mm)
SHARPEST_MM = 1.0  # and at least so (Hu et al., CVPR 2023), nor less than a voxel: an edge near 0 ends in a step no CT resolves
LEAST_ROOM = 0.5  # of the volume asked for
_EDGE_SHARE = 0.1  # of the diameter, at most: an edge of 4 mm would blur a tiny tumour away
_VOXEL_SHARE = 0.25  # of the diameter, at most: a tumour of three voxels would be blurred to less than its depth


@dataclass(frozen=True)
class Outline:
    """On `box` of the tissue: float32 `hu` without the tumour, bool `mask`, float32 `soft`, bool `region` where that is not 0.

    `soft` is 1 up to the mask's border and falls to 0 beyond it, as the mask blurred by `edge_mm` does. The original takes
    the blurred mask itself, which halves a tumour at a border that the model has made soft already; of a tumour of 10 mm
    hardly half is left. A cube of `width_mm` around the site's centre holds the mask.
    """

    box: Box
    hu: np.ndarray
    mask: np.ndarray
    soft: np.ndarray
    region: np.ndarray
    edge_mm: float
    width_mm: float


def draw_outline(tissue: Tissue, site: Site, rng: np.random.Generator) -> Outline:
    """A shape as Hu et al. (CVPR 2023) draw it, which the original takes over. Where it bulges out of its organ, `hu` is that of
    tissue like the organ's.

    NoRoom: there is room for less than half of the tumour.
    """
    shape = draw_shape(site.diameter_mm / 2, rng)
    edge = _edge_mm(site.diameter_mm, tissue.spacing, rng)
    ground = Ground.of(tissue, site, box := box_of(tissue, site, shape.reach_mm, edge))
    voxels = max(round(np.pi / 6 * site.diameter_mm**3 / tissue.voxel_mm3), 1)
    mask = fill(shape.levels(ground.offsets), ground.allowed, voxels)
    if np.count_nonzero(mask) < LEAST_ROOM * voxels:
        raise NoRoom(
            f"{tissue.structure}: no room for a tumour of {site.diameter_mm:.3g} mm at voxel {tuple(map(int, site.centre))}; "
            "take a smaller one or another place"
        )
    soft = np.minimum(2 * gaussian(mask, edge, tissue.spacing), 1) * ground.allowed
    hu = ground.hu
    if not site.clipped:
        hu += soft * (continued(hu, ground.organ, tissue.level) - hu)
    away = [np.abs(mm[mask.any(tuple({0, 1, 2} - {axis}))]).max() for axis, mm in enumerate(ground.offsets)]
    return Outline(box, hu, mask, soft, soft > FAINTEST, edge, 2 * float(max(away)))


def _edge_mm(diameter_mm: float, spacing: tuple[float, float, float], rng: np.random.Generator) -> float:
    """The voxel is that of the slices: thick ones would smear a tiny tumour over its surroundings."""
    voxel = min(sorted(spacing)[1], _VOXEL_SHARE * diameter_mm)
    sharpest = max(SHARPEST_MM, voxel)
    return float(rng.uniform(sharpest, max(min(EDGE_MM, _EDGE_SHARE * diameter_mm), sharpest)))
