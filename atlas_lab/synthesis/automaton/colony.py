"""A tumour that grows step by step in a box that grows with it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from atlas_lab.synthesis.automaton.cells import Cells, cells_on
from atlas_lab.synthesis.automaton.draws import draw_key, mix
from atlas_lab.synthesis.automaton.history import History
from atlas_lab.synthesis.automaton.rule import MATURE, TRIES
from atlas_lab.synthesis.tissue import Box

IDLE_STEPS = 30  # without one birth: barriers that held this long hold for good

GroundOf = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass
class Colony:
    """What grew: uint8 `population`, 0 to 10, from grid cell `corner` on; `seeds` int (n, 3) in it; `count` cells hold any."""

    population: np.ndarray
    corner: np.ndarray
    seeds: np.ndarray
    steps: int
    count: int
    history: History = field(default_factory=History)


@dataclass
class Plot:
    """A block of a grid of shape `full` from cell `corner` on: its uint8 `ground` (see `rule`), and `ground_of(start, stop)`
    of any other block, walls beyond the grid's faces."""

    ground: np.ndarray
    corner: np.ndarray
    full: tuple[int, int, int]
    ground_of: GroundOf


def grow_colony(
    plot: Plot, seeds: np.ndarray, seed: int, *, steps: int | None = None, cells: int = 0, device: str = "cpu"
) -> Colony:
    """Grow from `seeds` until `steps` or, where that is None, until exactly so many `cells` are populated.

    `seeds` are int (n, 3) places on the plot, not on its faces. Steps count from 0, as the release's do: its loop makes
    `steps` + 1 updates. It ends early where nothing was born for `IDLE_STEPS` steps. The bytes hang on ground, seeds and
    `seed` alone, whatever the device.
    """
    population = np.zeros(plot.ground.shape, np.uint8)
    population[tuple(seeds.T)] = MATURE
    sweep = _sweep(plot, population, device)
    seeds = seeds + plot.corner
    low, high, count, last_birth = seeds.min(0), seeds.max(0), len(seeds), 0
    history = History()
    for step in itertools.count():
        born = sweep.step([draw_key(seed, step, attempt) for attempt in range(TRIES)])
        newest = np.stack(np.unravel_index(born, plot.ground.shape), 1) + plot.corner
        if born.size:
            last_birth = step
            count += born.size
            low, high = np.minimum(low, newest.min(0)), np.maximum(high, newest.max(0))
        if step - last_birth >= IDLE_STEPS or (count >= cells if steps is None else step >= steps):
            break
        if history.wants(step):
            history.keep(step, sweep.arrays()[0][_within(low, high, plot.corner)], low)
        if ((low <= plot.corner) | (high >= plot.corner + plot.ground.shape - 1)).any():
            plot, population = _widened(plot, *sweep.arrays())
            sweep = _sweep(plot, population, device)
    final = sweep.arrays()[0][_within(low, high, plot.corner)].copy()
    if steps is None and count > cells:
        order = np.argsort(mix(_numbers(newest, plot.full) ^ draw_key(seed, step, TRIES)))
        final[tuple((newest[order[: count - cells]] - low).T)] = 0
    return Colony(final, low, seeds - low, step, int(np.count_nonzero(final)), history)


def _sweep(plot: Plot, population: np.ndarray, device: str) -> Cells:
    x, y, z = plot.corner.tolist()
    return cells_on(device, population, plot.ground, (x, y, z), plot.full)


def _widened(plot: Plot, population: np.ndarray, ground: np.ndarray) -> tuple[Plot, np.ndarray]:
    """The plot and its population with half its sides more on every side, at most one cell beyond the grid's faces."""
    more = np.array(ground.shape) // 2
    corner = np.maximum(plot.corner - more, -1)
    stop = np.minimum(plot.corner + ground.shape + more, np.array(plot.full) + 1)
    inner = _within(plot.corner, plot.corner + ground.shape - 1, corner)
    wide, wide_population = plot.ground_of(corner, stop), np.zeros(stop - corner, np.uint8)
    wide[inner], wide_population[inner] = ground, population
    return Plot(wide, corner, plot.full, plot.ground_of), wide_population


def _within(low: np.ndarray, high: np.ndarray, corner: np.ndarray) -> Box:
    """Grid cells `low` to `high`, both included, of a block from `corner` on."""
    return tuple(slice(int(a), int(b) + 1) for a, b in zip(low - corner, high - corner, strict=True))  # type: ignore[return-value]


def _numbers(places: np.ndarray, full: tuple[int, int, int]) -> np.ndarray:
    return (places[:, 0] * full[1] + places[:, 1]) * full[2] + places[:, 2]
