"""A grown colony as the CT shows it, at its end and at every stage before."""

from dataclasses import dataclass, replace

import numpy as np

from atlas_lab.synthesis.automaton.colony import Colony
from atlas_lab.synthesis.automaton.death import DEAD
from atlas_lab.synthesis.automaton.drawn import Drawn
from atlas_lab.synthesis.automaton.grid import CellGrid
from atlas_lab.synthesis.automaton.rule import CAPACITY
from atlas_lab.synthesis.automaton.to_hu import REACH, Held, Look, mean_and_peak, to_hu
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.handcrafted.draws import visible_contrast
from atlas_lab.synthesis.handcrafted.outside import continued
from atlas_lab.synthesis.handcrafted.texture import texture
from atlas_lab.synthesis.tissue import Box, Growth, Site, Tissue

_TEXTURE_MM = 24.0  # a texture reaches so far, or twice, or four times: seldom another one while a tumour grows


@dataclass(frozen=True)
class Picture:
    """A colony of cells in its tissue, and the look that was drawn for it."""

    tissue: Tissue
    grid: CellGrid
    colony: Colony
    allowed: np.ndarray
    outside: np.ndarray | None
    look: Look
    edge_mm: float
    settings: dict[str, object]

    @classmethod
    def of(
        cls, tissue: Tissue, site: Site, grid: CellGrid, colony: Colony, drawn: Drawn, *, contrast: float | None, edge_mm: float
    ) -> "Picture":
        """`contrast` HU, tumour minus organ, or None for one of the organ's and phase's that shows above the noise."""
        box = grid.box_of(colony.corner, colony.corner + colony.population.shape, REACH * edge_mm)
        allowed = ~tissue.taken[box] & (tissue.organ[box] if site.clipped else True)
        outside = None if site.clipped else ~tissue.organ[box]
        pattern = _texture(tissue, site, box, drawn)
        held = _held(grid, box, colony.population, colony.corner, edge_mm, outside)
        mask = _mask(grid, box, colony.population, colony.corner, allowed)
        ends = contrast_range(tissue.organ_name, tissue.phase)
        dark = ends[1] < 0 if contrast is None else contrast < 0
        dead_share = drawn.dead_share if dark else 0.0  # a bright tumour's core is not made brighter
        mean, peak = mean_and_peak(pattern, held.darkening(dead_share), mask)
        if contrast is None:
            contrast = visible_contrast(ends, tissue.noise, peak, drawn.share)
        settings = {
            "steps": colony.steps,
            "necrosis": held.dead is not None,
            "first_cells": len(colony.seeds),
            "contrast_hu": float(contrast),
            "patch_mm": drawn.patch_mm,
            "grain_mm": drawn.grain_mm,
            "cell_mm": list(map(float, grid.cell)),
        }
        plain = Look(box, pattern, 0.0, dead_share, None if site.clipped else _organ_like(tissue, box))
        found = float(to_hu(tissue, plain, held, allowed)[0][mask].mean()) - tissue.level
        look = replace(plain, hu=_change(contrast, found) / mean)
        return cls(tissue, grid, colony, allowed, outside, look, edge_mm, settings)

    def growth(self, *, history: bool) -> Growth:
        """The tumour as it ended."""
        grown = self._at(self.colony.population, self.colony.corner, self.settings)
        if not history:
            return grown
        kept = [*self.colony.history.stages(), (self.colony.steps, self.colony.population, self.colony.corner)]
        stages = np.zeros((len(kept), *grown.mask.shape), np.uint8)
        for stage, (_, population, corner) in zip(stages, kept, strict=True):
            np.ceil(self.grid.to_voxels(np.minimum(population, CAPACITY), corner, self.look.box), out=stage, casting="unsafe")
        settings = {**self.settings, "history_steps": [step for step, _, _ in kept]}
        return Growth(grown.box, grown.hu, grown.mask, grown.region, settings, history=stages)

    def stages(self) -> list[Growth]:
        """The tumour at each stage of its growth, in the same texture and contrast."""
        earlier = self.colony.history.stages()
        grown = [self._at(population, corner, {**self.settings, "steps": step}) for step, population, corner in earlier]
        return [*grown, self.growth(history=False)]

    def _at(self, population: np.ndarray, corner: np.ndarray, settings: dict[str, object]) -> Growth:
        held = _held(self.grid, self.look.box, population, corner, self.edge_mm, self.outside)
        hu, region = to_hu(self.tissue, self.look, held, self.allowed)
        mask = _mask(self.grid, self.look.box, population, corner, self.allowed)
        return Growth(self.look.box, hu, mask, region | mask, settings)


def _change(contrast: float, found: float) -> float:
    """HU to add to tissue that is `found` HU above its organ's level so that it differs from it by `contrast`; half of that at
    least, so that a tumour in a dark place is still seen."""
    lacking, least = contrast - found, contrast / 2
    return min(lacking, least) if contrast < 0 else max(lacking, least)


def _held(
    grid: CellGrid, box: Box, population: np.ndarray, corner: np.ndarray, edge_mm: float, outside: np.ndarray | None
) -> Held:
    gone = population == DEAD
    density = grid.to_voxels(np.minimum(population, CAPACITY), corner, box) / np.float32(CAPACITY)
    held = Held.of(density, grid.to_voxels(gone, corner, box) if gone.any() else None, edge_mm, grid.tissue.spacing)
    return held if outside is None else held.filled(outside)


def _mask(grid: CellGrid, box: Box, population: np.ndarray, corner: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """The voxels that hold the most of a tumour, as many as its volume asks for; on the CT's own grid, its cells."""
    held = grid.to_voxels(population > 0, corner, box)
    held[~allowed] = 0
    voxels = max(round(np.count_nonzero(population) * grid.cell_mm3 / grid.tissue.voxel_mm3), 1)
    if grid.is_the_ct or np.count_nonzero(held) <= voxels:
        return held > 0
    order = np.argsort(-held, axis=None, kind="stable")
    mask = np.zeros(held.shape, bool)
    mask.reshape(-1)[order[:voxels]] = True
    return mask


def _texture(tissue: Tissue, site: Site, box: Box, drawn: Drawn) -> np.ndarray:
    """The handcrafted method's texture (the release has one for the whole organ, of the same kind), fixed to the site."""
    offsets = [
        (np.arange(part.start, part.stop) - c) * side for part, c, side in zip(box, site.centre, tissue.spacing, strict=True)
    ]
    farthest = max(float(abs(mm).max()) for mm in offsets)
    reach = _TEXTURE_MM * 2.0 ** max(np.ceil(np.log2(farthest / _TEXTURE_MM)), 0)
    return texture(offsets, np.full(3, reach), drawn.patch_mm, drawn.grain_mm, drawn.fine)


def _organ_like(tissue: Tissue, box: Box) -> np.ndarray:
    """The box's HU as if the organ went on beyond its surface."""
    return continued(tissue.hu[box].astype(np.float32), tissue.organ[box], tissue.level)
