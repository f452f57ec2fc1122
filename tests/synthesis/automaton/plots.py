"""Ground for cells to grow on."""

import numpy as np

from atlas_lab.synthesis.automaton.colony import Colony, Plot, grow_colony
from atlas_lab.synthesis.automaton.draws import draw_key
from atlas_lab.synthesis.automaton.rule import TRIES


def open_plot(side=17, full=121, level=1) -> Plot:
    """The middle of a cube of one level with nothing beyond its faces, so that growth must widen it."""

    def ground_of(start, stop):
        low, high = np.maximum(start, 0), np.minimum(stop, full)
        ground = np.zeros(stop - start, np.uint8)
        ground[tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))] = level
        return ground

    start = np.full(3, (full - side) // 2)
    return Plot(ground_of(start, start + side), start, (full,) * 3, ground_of)


def from_one_cell(steps, seed=0, plot=None, device="cpu") -> Colony:
    plot = plot or open_plot()
    return grow_colony(plot, np.array(plot.ground.shape)[None] // 2, seed, steps=steps, device=device)


def radius(cells) -> float:
    """Of the ball of so many cells."""
    return float(3 * cells / (4 * np.pi)) ** (1 / 3)


def keys(seed, step) -> list[int]:
    return [draw_key(seed, step, attempt) for attempt in range(TRIES)]
