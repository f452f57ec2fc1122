"""Tumours that grow: cells that multiply, invade and die on a map of the tissue."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis.automaton.cells import check_device
from atlas_lab.synthesis.automaton.colony import Colony, Plot, grow_colony
from atlas_lab.synthesis.automaton.death import let_die, may_die
from atlas_lab.synthesis.automaton.drawn import Drawn
from atlas_lab.synthesis.automaton.grid import CellGrid
from atlas_lab.synthesis.automaton.levels import LEVELS, ground_of, level_edges
from atlas_lab.synthesis.automaton.picture import Picture
from atlas_lab.synthesis.automaton.rule import RADIUS_PER_STEP, WALL
from atlas_lab.synthesis.automaton.seeds import REACH_CELLS, SEEDS, first_cells
from atlas_lab.synthesis.automaton.to_hu import EDGE_MM
from atlas_lab.synthesis.plain import is_number, is_whole, plain_number
from atlas_lab.synthesis.tissue import Growth, NoRoom, Site, Tissue

_ALMOST = 0.95  # of the diameter: what a tumour that filled all its room may end with


@dataclass(frozen=True)
class Automaton:
    """A tumour that grows cell by cell (Lai et al., "From Pixel to Cancer: Cellular Automata in CT", MICCAI 2024).

    `steps` None: it grows until it has the site's volume, to the cell; a number: exactly so many steps, whatever comes of it.
    `levels`: "adaptive" (the organ's own HU, any phase) or "published" (fixed HU of the portal phase). `seeds`: "published"
    (satellites in one tumour of three make it lobulated) or "single". `necrosis`: chance that a large tumour's core dies.
    `contrast`: mean HU of the tumour minus its organ's; None draws from `contrast_range` of organ and phase, at least twice
    the organ's noise where the range allows it. `edge_mm`: what cells are blurred by. `cell_mm`: a cell's side. `device`:
    where cells grow, "cpu" or a torch device; the bytes do not hang on it. What is given changes no other draw.

    Cells are the CT's voxels where all their sides are within 15 % of `cell_mm`; else they live on a grid of cubes over the
    tumour's surroundings alone (HU linear, masks nearest), voxels take the mean of their cells, and the mask those voxels
    that hold the most, as many as the tumour's volume asks for.

    Vessels and all that is `taken` is a wall, and so is what lies outside the organ where the site is clipped; voxels that
    are bright for the organ are barriers, which fall under the pressure of cells at capacity. Each of the rule's departures
    from the release is in `automaton.rule`, those of the look in `automaton.to_hu`.
    InputError: a setting out of range.
    """

    name: ClassVar[str] = "automaton"
    source: ClassVar[str] = "Lai et al., MICCAI 2024"

    steps: int | None = None
    levels: str = "adaptive"
    seeds: str = "published"
    necrosis: float = 0.5
    contrast: float | None = None
    edge_mm: float = EDGE_MM
    cell_mm: float = 1.0
    device: str = "cpu"

    def __post_init__(self) -> None:
        for what, known in (("levels", LEVELS), ("seeds", SEEDS)):
            given = getattr(self, what)
            if given not in known:
                raise InputError(f"automaton {what}={given!r}: {nearest(str(given), known)}use one of {', '.join(known)}")
        if self.steps is not None and not is_whole(self.steps, 1):
            raise InputError(f"automaton steps={self.steps!r}: use a whole number from 1 on, or None for the site's diameter")
        for what, least, most in (("necrosis", 0, 1), ("edge_mm", 0, 5), ("cell_mm", 0.25, 5), ("contrast", -1000, 2000)):
            given = getattr(self, what)
            if given is None and what == "contrast":
                continue
            if not (is_number(given) and least <= given <= most):
                raise InputError(f"automaton {what}={given!r}: use a number from {least:g} to {most:g}")
        for what in ("steps", "necrosis", "contrast", "edge_mm", "cell_mm"):
            object.__setattr__(self, what, plain_number(getattr(self, what)))
        check_device(self.device)

    def settings(self) -> dict[str, Any]:
        """The fields but for the device, on which nothing hangs."""
        return {name: value for name, value in asdict(self).items() if name != "device"}

    def grow(self, tissue: Tissue, site: Site, rng: np.random.Generator) -> Growth:
        """One tumour from the open cell nearest to the site's centre; its settings say after how many steps it stopped.

        `history` are its populations, 0 to 10, at up to 24 steps (`settings["history_steps"]`), dead cells as full ones. NoRoom:
        nothing but walls and barriers near the centre, or a tumour that is shut in before it has its diameter.
        """
        return self._picture(tissue, site, rng).growth(history=True)

    def stages(self, tissue: Tissue, site: Site, rng: np.random.Generator) -> list[Growth]:
        """The tumour of `grow` at each stage of its history, the last one as `grow` returns it but without history.

        All are on the same box: show the tissue's box with each `hu` where `region`, one after another.
        """
        return self._picture(tissue, site, rng).stages()

    def _picture(self, tissue: Tissue, site: Site, rng: np.random.Generator) -> Picture:
        drawn = Drawn.by(rng)
        grid = CellGrid.over(tissue, self.cell_mm)
        cells = max(round(np.pi / 6 * site.diameter_mm**3 / grid.cell_mm3), 1)
        colony = self._colony(tissue, site, grid, cells, drawn)
        if self.steps is None and colony.count < _ALMOST**3 * cells:
            reached = site.diameter_mm * (colony.count / cells) ** (1 / 3)
            raise NoRoom(
                f"{tissue.structure}: a tumour of {site.diameter_mm:.0f} mm is shut in at {reached:.0f} mm "
                f"around voxel {_voxel(tissue, site)}; ask for a smaller one or another place"
            )
        if drawn.life < self.necrosis and may_die(tissue.organ_name, colony.steps):
            let_die(colony.population, colony.seeds, drawn.seed, colony.steps, drawn.death)
        return Picture.of(tissue, site, grid, colony, drawn, contrast=self.contrast, edge_mm=self.edge_mm)

    def _colony(self, tissue: Tissue, site: Site, grid: CellGrid, cells: int, drawn: Drawn) -> Colony:
        """What grows on a plot that is about as large as the tumour will be."""
        edges = level_edges(self.levels, tissue)

        def ground(start: np.ndarray, stop: np.ndarray) -> np.ndarray:
            low, high = np.maximum(start, 0), np.minimum(stop, grid.shape)
            block = np.full(stop - start, WALL, np.uint8)
            inner = tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))
            block[inner] = ground_of(*grid.sample(low, high), edges, clipped=site.clipped)
            return block

        centre = np.array(grid.cell_of(site.centre))
        asked = (3 * cells / (4 * np.pi)) ** (1 / 3)
        radius = asked if self.steps is None else RADIUS_PER_STEP * self.steps
        half = int(radius * 1.2) + REACH_CELLS + 3
        start, stop = np.maximum(centre - half, -1), np.minimum(centre + half + 1, np.array(grid.shape) + 1)
        plot = Plot(ground(start, stop), start, grid.shape, ground)
        first = first_cells(plot.ground, centre - start, asked, self.seeds, drawn.first)
        if not len(first):
            raise NoRoom(f"{tissue.structure}: only walls and vessels around voxel {_voxel(tissue, site)}; choose another place")
        return grow_colony(plot, first, drawn.seed, steps=self.steps, cells=cells, device=self.device)


def _voxel(tissue: Tissue, site: Site) -> tuple[int, int, int]:
    """The site's centre in the CT."""
    x, y, z = (int(a + b) for a, b in zip(site.centre, tissue.corner, strict=True))
    return x, y, z
