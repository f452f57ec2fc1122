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
    `third`: its middle and short axis over the long one; `lobulation`: height of its lobes over its radius.
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

    def towards(self, other: "Look", share: float) -> "Look":
        """This look with `share` (0..1) of another one."""
        return Look(*(getattr(self, f.name) * (1 - share) + getattr(other, f.name) * share for f in fields(self)))


@dataclass(frozen=True)
class LesionFill:
    """What a lesion is painted with: its look on top of `base` HU. `clumped` breaks the rim up, as haemangiomas do."""

    base: float
    look: Look
    radius_mm: float
    clumped: bool = False

    @property
    def edge_mm(self) -> float:
        return self.look.edge_mm

    def hu(self, space: Space, crop: Crop, distance: Array, fields: Fields) -> Array:
        look, depth = self.look, -distance
        hu = np.full(distance.shape, self.base + look.contrast, np.float32)
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
