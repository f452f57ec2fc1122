"""The handcrafted method: a bent ellipsoid, a texture, a blurred edge, and what the paper adds to its release."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.handcrafted.capsule import CAPSULE_HU
from atlas_lab.synthesis.handcrafted.draws import draw
from atlas_lab.synthesis.handcrafted.ground import Ground, box_of, lie_of
from atlas_lab.synthesis.handcrafted.mass_effect import INTENSITY, PUSH_REACH, PUSHES_FROM_MM, push
from atlas_lab.synthesis.handcrafted.paint import Look, paint
from atlas_lab.synthesis.handcrafted.shape import draw_shape
from atlas_lab.synthesis.plain import is_number, plain_number
from atlas_lab.synthesis.tissue import Growth, Site, Tissue

_LIMITS = {"edge_mm": (0.1, 10), "patch_mm": (1, 60), "grain_mm": (1, 20), "mass_effect_intensity": (0, 100)}


@dataclass(frozen=True)
class Handcrafted:
    """Tumours from a recipe: nothing to train, a millisecond each.

    `contrast` is the mean HU of the tumour minus its organ's, a number or a range to draw from, below 0 darker; None takes
    `contrast_range` of organ and phase (`hyperdense`: brighter tumours), at least twice the organ's noise where the range
    allows it. `edge_mm` is the width of the soft edge, `patch_mm` that of the texture's patches and `grain_mm` that of its
    grains; None draws them as published. `mass_effect` pushes the tissue around aside, with `mass_effect_intensity` 0..100;
    auto does from 20 mm diameter on. `capsule` adds a bright rim, True or HU, which does not count in the contrast.

    What is given in place of None changes no other draw. InputError: a value that cannot be.
    """

    name: ClassVar[str] = "handcrafted"
    source: ClassVar[str] = "Hu et al., Label-Free Liver Tumor Segmentation, CVPR 2023"

    contrast: float | tuple[float, float] | None = None
    hyperdense: bool = False
    edge_mm: float | None = None
    patch_mm: float | None = None
    grain_mm: float | None = None
    mass_effect: bool | Literal["auto"] = "auto"
    mass_effect_intensity: float = INTENSITY
    capsule: bool | float = False

    def __post_init__(self) -> None:
        for field, (low, high) in _LIMITS.items():
            value = getattr(self, field)
            drawn = value is None and field != "mass_effect_intensity"
            if not drawn and not (is_number(value) and low <= value <= high):
                raise InputError(f"{field}={value!r}: give a number from {low} to {high}")
        if not isinstance(self.hyperdense, bool):
            raise InputError(f"hyperdense={self.hyperdense!r}: choose True or False")
        if not (isinstance(self.mass_effect, bool) or self.mass_effect == "auto"):
            raise InputError(f"mass_effect={self.mass_effect!r}: choose from 'auto', True, False")
        if not (isinstance(self.capsule, bool) or is_number(self.capsule)):
            raise InputError(f"capsule={self.capsule!r}: choose True, False or the rim's HU")
        for field in (*_LIMITS, "capsule"):
            object.__setattr__(self, field, plain_number(getattr(self, field)))
        if self.contrast is not None:
            ends = tuple(self.contrast) if isinstance(self.contrast, list | tuple) else (self.contrast, self.contrast)
            if len(ends) != 2 or not all(map(is_number, ends)) or ends[0] > ends[1]:
                raise InputError(f"contrast={self.contrast!r}: give HU, tumour minus organ: a number, or a range (low, high)")
            if self.hyperdense and ends[0] < 0:
                raise InputError(f"contrast={self.contrast!r}: a hyperdense tumour is brighter than its organ; give HU above 0")
            low, high = map(plain_number, ends)
            object.__setattr__(self, "contrast", (low, high) if isinstance(self.contrast, list | tuple) else low)

    def settings(self) -> dict[str, Any]:
        """The fields: `Handcrafted(**settings)` is the method again."""
        return asdict(self)

    def pushes(self, diameter_mm: float) -> bool:
        """Whether a tumour of this diameter has a mass effect."""
        return diameter_mm >= PUSHES_FROM_MM if self.mass_effect == "auto" else bool(self.mass_effect)

    def grow(self, tissue: Tissue, site: Site, rng: np.random.Generator) -> Growth:
        """One tumour of the site's diameter at its centre; nothing is written into the tissue.

        InputError: the centre lies outside the tissue. NoRoom: there is room for less than half of the tumour.
        """
        _check(tissue, site)
        shape = draw_shape(site.diameter_mm / 2, rng)
        draws = draw(self.edge_mm, self.patch_mm, self.grain_mm, rng)
        inner = box_of(tissue, site, shape.reach_mm, draws.edge_mm)
        look = Look(shape, draws, self._contrast_range(tissue), self.contrast is not None, self._rim_hu)
        if not self.pushes(site.diameter_mm):
            painted = paint(Ground.of(tissue, site, inner), look)
            return Growth(inner, painted.hu, painted.mask, painted.region, {**painted.drawn, "mass_effect": False})

        reach = PUSH_REACH * site.diameter_mm / 2
        box = tissue.box(site.centre, reach)
        pushed = push(tissue, site, box, reach, self.mass_effect_intensity)
        there = lie_of(inner, box)
        painted = paint(Ground.of_pushed(tissue, site, box, pushed, there), look)
        pushed.hu[there] = painted.hu
        mask = np.zeros(pushed.hu.shape, bool)
        mask[there] = painted.mask
        intensity = float(self.mass_effect_intensity)
        pushing = {"mass_effect": True, "mass_effect_radius_mm": float(reach), "mass_effect_intensity": intensity}
        return Growth(box, pushed.hu, mask, pushed.ball, {**painted.drawn, **pushing}, warp=pushed.warp)

    def _contrast_range(self, tissue: Tissue) -> tuple[float, float]:
        if self.contrast is None:
            return contrast_range(tissue.organ_name, tissue.phase, hyperdense=self.hyperdense)
        return self.contrast if isinstance(self.contrast, tuple) else (self.contrast, self.contrast)

    @property
    def _rim_hu(self) -> float:
        return float(self.capsule) * (CAPSULE_HU if isinstance(self.capsule, bool) else 1.0)


def _check(tissue: Tissue, site: Site) -> None:
    if not (is_number(site.diameter_mm) and site.diameter_mm > 0):
        raise InputError(f"diameter_mm={site.diameter_mm!r}: give a number above 0")
    if not all(0 <= c < n for c, n in zip(site.centre, tissue.shape, strict=True)):
        raise InputError(f"{tissue.structure}: the centre {site.centre} lies outside its box of {tissue.shape} voxels")
