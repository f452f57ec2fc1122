"""One tumour painted on its ground: which voxels, how soft, how dark."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas_lab.synthesis.handcrafted import blend, capsule
from atlas_lab.synthesis.handcrafted.blur import gaussian
from atlas_lab.synthesis.handcrafted.draws import EDGE_MM, VISIBLE, Draws, visible_contrast
from atlas_lab.synthesis.handcrafted.ground import Ground
from atlas_lab.synthesis.handcrafted.mask import REGROWTH, fill
from atlas_lab.synthesis.handcrafted.outside import continued
from atlas_lab.synthesis.handcrafted.shape import Shape
from atlas_lab.synthesis.handcrafted.texture import texture
from atlas_lab.synthesis.tissue import NoRoom

LEAST_ROOM = 0.5  # of the volume asked for


@dataclass(frozen=True)
class Look:
    """A tumour to paint: `contrasts` HU to draw from, `exactly` where a user gave them, `rim_hu` of a capsule or 0."""

    shape: Shape
    draws: Draws
    contrasts: tuple[float, float]
    exactly: bool
    rim_hu: float


@dataclass(frozen=True)
class Painted:
    """The ground's float32 `hu` with a tumour, its bool `mask`, the bool `region` that changed, all numbers `drawn`."""

    hu: np.ndarray
    mask: np.ndarray
    region: np.ndarray
    drawn: dict[str, Any]


def paint(ground: Ground, look: Look) -> Painted:
    """Paints into the ground's `hu`. NoRoom: there is room for less than half of the tumour."""
    tissue, site, draws = ground.tissue, ground.site, look.draws
    voxels = max(round(np.pi / 6 * site.diameter_mm**3 / tissue.voxel_mm3), 1)
    mask = fill(look.shape.levels(ground.offsets), ground.allowed, voxels)
    if np.count_nonzero(mask) < LEAST_ROOM * voxels:
        raise NoRoom(
            f"{tissue.structure}: no room for a tumour of {site.diameter_mm:.3g} mm at voxel {tuple(map(int, site.centre))}; "
            "take a smaller one or another place"
        )
    soft = gaussian(mask, draws.edge_mm, tissue.spacing)
    soft *= ground.allowed
    reach = look.shape.reach_mm * REGROWTH + EDGE_MM[1]  # not of this edge: a wider one leaves the texture as it is
    grain = texture(ground.offsets, reach, draws.patch_mm, draws.grain_mm, draws.fine)
    hu = ground.hu
    if not site.clipped:
        hu += soft * (continued(hu, ground.organ, tissue.level) - hu)
    found = blend.means(hu, soft, grain, mask)
    low, high = look.contrasts
    contrast = low + draws.share * (high - low)
    if not look.exactly:
        contrast = visible_contrast(look.contrasts, tissue.noise, found.peak, draws.share)
    region = blend.paint(hu, soft, grain, found, contrast, tissue.level)
    if look.rim_hu:
        region |= capsule.add_rim(hu, soft, ground.allowed, look.rim_hu, tissue.spacing)
    drawn = {
        "contrast_hu": float(contrast),
        "faint": bool(abs(contrast) < VISIBLE * tissue.noise * (1 - 1e-9)),
        "edge_mm": draws.edge_mm,
        "patch_mm": draws.patch_mm,
        "grain_mm": draws.grain_mm,
        "bend_mm": float(look.shape.bend_mm),
        "semi_axes_mm": [float(mm) for mm in look.shape.semi_axes],
        "capsule_hu": look.rim_hu,
    }
    return Painted(hu, mask, region, drawn)
