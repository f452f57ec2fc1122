"""Names at the right ends of lines, instead of a legend: the eye need not go back and forth."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.textpath import TextPath

from atlas_lab.figures.sheet import INK

_SIZE = 8.5  # points
_APART = 1.15 * _SIZE / 72  # inches from one name to the next
_LEADER = 0.14  # inches from the axes to a name


class End(NamedTuple):
    """Where a line ends, what it is called, its colour."""

    value: float
    name: str
    color: str


def room_for(names: Sequence[str]) -> float:
    """Inches that these names need beside the axes."""
    widths = [TextPath((0, 0), name, size=_SIZE).get_extents().width / 72 for name in names]
    return _LEADER + max(widths, default=0) + 0.08


def height_for(count: int) -> float:
    """Inches of axes beside which so many names fit."""
    return _APART * count


def name_ends(ax: Axes, ends: Sequence[End], size: tuple[float, float]) -> None:
    """Write each name beside the end of its line, in the order of the lines; names that would overlap make room for each other.

    `size` of the axes is in inches. Their limits stay as they are now.
    """
    ends = sorted((end for end in ends if np.isfinite(end.value)), key=lambda end: end.value)
    if not ends:
        return
    ax.set_ylim(*ax.get_ylim())  # else they are only found when it is drawn
    pixels = ax.transData.transform([(0, end.value) for end in ends])
    wanted = ax.transAxes.inverted().transform(pixels)[:, 1].clip(0, 1)
    x = 1 + _LEADER / size[0]
    for end, at, place in zip(ends, wanted, spread(wanted, _APART / size[1]), strict=True):
        ax.plot([1, x - 0.005], [at, place], color=end.color, linewidth=0.9, transform=ax.transAxes, clip_on=False)
        ax.text(x, place, end.name, transform=ax.transAxes, color=INK, fontsize=_SIZE, va="center", parse_math=False)


def spread(wanted: np.ndarray, apart: float) -> np.ndarray:
    """Places in [0, 1] in the order of `wanted` (rising), at least `apart` from each other where they fit, moved little."""
    steps = apart * np.arange(len(wanted))
    # isotonic regression: neighbours that are too near become one block, in the middle of where they wanted to be
    blocks: list[tuple[float, int]] = []
    for value in wanted - steps:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (first, many), (second, few) = blocks[-2:]
            blocks[-2:] = [((first * many + second * few) / (many + few), many + few)]
    pooled = np.repeat([mean for mean, _ in blocks], [count for _, count in blocks])
    return np.asarray(pooled.clip(0, max(1 - steps[-1], 0)) + steps)
