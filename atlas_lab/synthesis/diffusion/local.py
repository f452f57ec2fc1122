"""From a CT's voxels to the model's around one place, and back: any spacing, linear interpolation."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.tissue import Box, Tissue

_FILLED = 0.75  # of the patch's sides, at most, by a tumour: the rest shows the model what is around


@dataclass(frozen=True)
class Local:
    """A patch of `patch` voxels of `step_mm` along each side, its middle at voxel `centre` of a CT with this `spacing`."""

    centre: tuple[int, int, int]
    patch: int
    step_mm: float
    spacing: tuple[float, float, float]

    @classmethod
    def around(cls, tissue: Tissue, centre: tuple[int, int, int], width_mm: float, grid: Grid) -> "Local":
        """The model's own voxels, or larger ones where a tumour of this width would fill its patch."""
        return cls(centre, grid.patch, max(grid.spacing_mm, width_mm / (_FILLED * grid.patch)), tissue.spacing)

    def box(self, tissue: Tissue, inner: Box) -> Box:
        """The voxels of the tissue that the patch is cut from, and those of a box in it."""
        own = tissue.box(self.centre, self.patch / 2 * self.step_mm + max(tissue.spacing))
        x, y, z = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(own, inner, strict=True))
        return x, y, z

    def cut(self, array: np.ndarray, box: Box) -> np.ndarray:
        """An array on these voxels → float32 on the patch; beyond its faces it goes on as it is there."""
        away = (np.arange(self.patch) - (self.patch - 1) / 2) * self.step_mm
        sides = zip(self.centre, box, self.spacing, strict=True)
        return _linear(array, [middle - part.start + away / side for middle, part, side in sides], "nearest")

    def put(self, patch: np.ndarray, box: Box) -> np.ndarray:
        """A patch → float32 on these voxels; 0 beyond it."""
        sides = zip(self.centre, box, self.spacing, strict=True)
        at = [(np.arange(part.start, part.stop) - middle) * side / self.step_mm for middle, part, side in sides]
        return _linear(patch, [axis + (self.patch - 1) / 2 for axis in at], "constant")


def _linear(array: np.ndarray, axes: list[np.ndarray], mode: str) -> np.ndarray:
    at = np.stack(np.meshgrid(*axes, indexing="ij"))
    values: np.ndarray = ndimage.map_coordinates(array.astype(np.float32), at, order=1, mode=mode, output=np.float32)
    return values
