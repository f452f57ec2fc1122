"""The cells' own grid: the CT's where its voxels are about as large as a cell and nearly cubes, else cubes of the cell's size."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlas_lab.synthesis.tissue import Box, Tissue

_ALIKE = 0.15  # a voxel's side may differ from a cell's by this share


@dataclass(frozen=True)
class CellGrid:
    """Cells of `cell` mm along each axis over the whole box of a tissue, both from the same corner.

    Only blocks of it are ever computed: `start` and `stop` are cells, and a block may reach beyond the grid's faces.
    """

    tissue: Tissue
    cell: tuple[float, float, float]

    @classmethod
    def over(cls, tissue: Tissue, cell_mm: float) -> "CellGrid":
        alike = all(abs(side / cell_mm - 1) <= _ALIKE for side in tissue.spacing)
        return cls(tissue, tuple(tissue.spacing) if alike else (cell_mm,) * 3)  # type: ignore[arg-type]

    @cached_property
    def is_the_ct(self) -> bool:
        return tuple(self.cell) == tuple(self.tissue.spacing)

    @cached_property
    def cells_per_voxel(self) -> np.ndarray:
        return np.array(self.tissue.spacing) / np.array(self.cell)

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        nx, ny, nz = np.ceil(np.array(self.tissue.shape) * self.cells_per_voxel - 1e-6).astype(int).tolist()
        return nx, ny, nz

    @property
    def cell_mm3(self) -> float:
        return float(np.prod(self.cell))

    def cell_of(self, voxel: tuple[int, int, int]) -> tuple[int, int, int]:
        """The cell in which a voxel's centre lies."""
        x, y, z = np.floor((np.array(voxel) + 0.5) * self.cells_per_voxel).astype(int).tolist()
        return x, y, z

    def sample(self, start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """HU (linear), organ and taken (nearest) of a block of cells inside the grid, each of shape stop - start."""
        tissue = self.tissue
        if self.is_the_ct:
            block = tuple(slice(low, high) for low, high in zip(start, stop, strict=True))
            return tissue.hu[block], tissue.organ[block], tissue.taken[block]
        at = [(np.arange(low, high) + 0.5) / per - 0.5 for low, high, per in zip(start, stop, self.cells_per_voxel, strict=True)]
        ends = [n - 1 for n in tissue.shape]
        near = np.ix_(*(np.clip(np.rint(p), 0, end).astype(int) for p, end in zip(at, ends, strict=True)))
        first = [int(np.clip(np.floor(p[0]), 0, end)) for p, end in zip(at, ends, strict=True)]
        last = [int(np.clip(np.ceil(p[-1]), 0, end)) for p, end in zip(at, ends, strict=True)]
        hu = tissue.hu[tuple(slice(low, high + 1) for low, high in zip(first, last, strict=True))].astype(np.float32)
        for axis, (p, low, end) in enumerate(zip(at, first, ends, strict=True)):
            p = np.clip(p, 0, end) - low
            below = np.minimum(p.astype(int), max(hu.shape[axis] - 2, 0))
            share = (p - below).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
            lower = hu.take(below, axis)
            hu = lower + share * (hu.take(np.minimum(below + 1, hu.shape[axis] - 1), axis) - lower)
        return hu, tissue.organ[near], tissue.taken[near]

    def box_of(self, start: np.ndarray, stop: np.ndarray, margin_mm: float) -> Box:
        """The voxels that a block of cells touches and those within a margin, cut at the tissue's faces."""
        margin = margin_mm / np.array(self.tissue.spacing)
        low = np.maximum(np.floor(start / self.cells_per_voxel - margin), 0).astype(int)
        high = np.minimum(np.ceil(stop / self.cells_per_voxel + margin), self.tissue.shape).astype(int)
        return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))  # type: ignore[return-value]

    def to_voxels(self, block: np.ndarray, start: np.ndarray, box: Box) -> np.ndarray:
        """Means over voxels of what cells hold, float32 of the box's shape; cells outside the block hold 0."""
        if self.is_the_ct:
            voxels = np.zeros([side.stop - side.start for side in box], np.float32)
            low = [int(s) - side.start for s, side in zip(start, box, strict=True)]
            ours = tuple(slice(max(a, 0), max(min(a + n, m), 0)) for a, n, m in zip(low, block.shape, voxels.shape, strict=True))
            theirs = tuple(slice(side.start - a, side.stop - a) for side, a in zip(ours, low, strict=True))
            voxels[ours] = block[theirs]
            return voxels
        voxels = block.astype(np.float32)
        for axis, (side, first, per) in enumerate(zip(box, start, self.cells_per_voxel, strict=True)):
            edge = np.arange(side.start, side.stop + 1) * per - first
            cells = np.arange(block.shape[axis])
            overlap = np.minimum(edge[1:, None], cells + 1) - np.maximum(edge[:-1, None], cells)
            weights = (np.maximum(overlap, 0) / per).astype(np.float32)
            voxels = np.moveaxis(np.tensordot(weights, voxels, (1, axis)), 0, axis)
        return np.ascontiguousarray(voxels)
