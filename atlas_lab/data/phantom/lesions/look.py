"""How a lesion looks: contrast, edge, texture, rim, core and form, as numbers that can be blended."""

from dataclasses import dataclass, fields

import numpy as np

from atlas_lab.data.phantom.space import Array, Crop, Space
from atlas_lab.data.phantom.tissue import Fields


@dataclass(frozen=True)
class Look:
    """One lesion's appearance.

    `contrast` HU: lesion minus organ. `edge_mm`: how far its border fades. `speckle` and `patch` HU: texture on the fine
    (7 mm) and the medium (14 mm) grain. `rim` HU over `rim_mm` at the border, `core` HU in its middle. `second` and
    `third`: its middle and short axis over the long one; `lobulation`: height of its lobes over its radius. `averaged`
    (0..1): whether the contrast is that of its middle (0) or its mean up to the border, which fades (1). `see_through`
    (0..1): how much of the organ's own texture stays.
    """

    contrast: float
    edge_mm: float
    speckle: float
    patch: float
    rim: float
    rim_mm: float
    core: float
    second: float
    third: float
    lobulation: float
    averaged: float = 0.0
    see_through: float = 0.0

    def towards(self, other: "Look", share: float) -> "Look":
        """This look with `share` (0..1) of another one."""
        return Look(*(getattr(self, f.name) * (1 - share) + getattr(other, f.name) * share for f in fields(self)))


@dataclass(frozen=True)
class LesionFill:
    """What a lesion is painted with: its look on top of `base` HU. `clumped` breaks the rim up, as haemangiomas do.
    `texture` HU is the organ's own, on the field `grain`.
    """

    base: float
    look: Look
    radius_mm: float
    clumped: bool = False
    texture: float = 0.0
    grain: str = "medium"

    @property
    def edge_mm(self) -> float:
        return self.look.edge_mm

    def hu(self, space: Space, crop: Crop, distance: Array, fields: Fields) -> Array:
        look, depth = self.look, -distance
        contrast = look.contrast
        if look.averaged:
            seen = share_inside(self.radius_mm, float(np.hypot(space.blur, look.edge_mm)))
            contrast *= 1 - look.averaged + look.averaged / seen
        hu = np.full(distance.shape, self.base + contrast, np.float32)
        if look.see_through:
            hu += np.float32(look.see_through * self.texture) * fields[self.grain][crop]
        if look.speckle:
            hu += np.float32(look.speckle) * fields["fine"][crop]
        if look.patch:
            hu += np.float32(look.patch) * fields["medium"][crop]
        if look.rim:
            rim = np.float32(look.rim) * np.clip(1 - depth / np.float32(max(look.rim_mm, 0.5)), 0, 1)
            hu += rim * np.clip(0.6 + fields["fine"][crop], 0, 1.4) if self.clumped else rim
        if look.core:
            middle = (depth / np.float32(self.radius_mm) - np.float32(0.4)) / np.float32(0.3)
            hu += np.float32(look.core) * np.clip(middle, 0, 1)
        return hu


def share_inside(radius_mm: float, edge_mm: float) -> float:
    """How much (0..1) of its middle's contrast a ball has on average, when its border fades on a straight line `edge_mm` wide."""
    fade = edge_mm / 2 / radius_mm
    return 1 - 3 / 4 * fade + fade**2 / 2 - fade**3 / 8 if fade < 1 else 1 / 2 + 1 / (8 * fade)
