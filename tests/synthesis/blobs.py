"""A method without any art, so that what surrounds the methods can be tested alone."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from atlas_lab.synthesis.tissue import Growth


@dataclass(frozen=True)
class Blob:
    """A ball of one HU, of as many voxels as its volume asks for.

    Its `bulge`, where it is not 0, pushes the tissue of its box along x by so many voxels.
    """

    name: ClassVar[str] = "blob"
    source: ClassVar[str] = "none"

    contrast: float = -60.0
    bulge: float = 0.0

    def grow(self, tissue, site, rng) -> Growth:
        box = tissue.box(site.centre, 0.75 * site.diameter_mm)
        places = np.indices(tissue.hu[box].shape) + np.array([part.start for part in box]).reshape(3, 1, 1, 1)
        away = (places - np.reshape(site.centre, (3, 1, 1, 1))) * np.reshape(tissue.spacing, (3, 1, 1, 1))
        voxels = max(round(np.pi / 6 * site.diameter_mm**3 / np.prod(tissue.spacing)), 1)
        mask = np.zeros(places.shape[1:], bool)
        mask.ravel()[(away**2).sum(axis=0).ravel().argsort(kind="stable")[:voxels]] = True
        if site.clipped:
            mask &= tissue.organ[box]
        hu = np.full(mask.shape, tissue.level + self.contrast + rng.normal(), np.float32)
        warp = None
        if self.bulge:
            warp = np.zeros((3, *mask.shape), np.float32)
            warp[0] = -self.bulge
        return Growth(box, hu, mask, mask.copy(), {"contrast": self.contrast}, warp)

    def settings(self) -> dict[str, Any]:
        return asdict(self)
