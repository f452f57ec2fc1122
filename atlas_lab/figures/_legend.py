"""The legend below a picture: as many columns as fit, each colour once."""

from collections.abc import Iterable

import numpy as np
from matplotlib.patches import Patch

from atlas_lab.figures._grid import add_below
from atlas_lab.figures._layers import Layer
from atlas_lab.figures.sheet import INK, Sheet

_SIZE = 8  # points
_LETTER = 0.56 * _SIZE  # mean width of a letter of DejaVu Sans
_BESIDE = 3.5 * _SIZE  # the patch and the gaps around it
_MARGIN = 0.06  # inches


def add_legend(figure: Sheet, layers: Iterable[Layer]) -> None:
    """Name the colours of `layers`, in the order of their rank, below all that is drawn."""
    ordered = sorted({layer.label: layer for layer in layers}.values(), key=lambda layer: layer.rank)
    if not ordered:
        return
    columns = _fitting([_BESIDE + _LETTER * len(layer.label) for layer in ordered], 72 * figure.get_figwidth())
    legend = figure.legend(
        handles=[Patch(color=layer.color, label=layer.label) for layer in ordered], loc="lower center", ncols=columns,
        fontsize=_SIZE, labelcolor=INK, frameon=False, handlelength=1, handleheight=1, columnspacing=1.5,
    )  # fmt: skip
    add_below(figure, legend.get_window_extent().height / figure.dpi + _MARGIN)


def _fitting(widths: list[float], room: float) -> int:
    """The most columns (filled top to bottom, the first ones longer) whose widest entries fit; fewer if no row is saved."""
    count = len(widths)
    for columns in range(count, 1, -1):
        if sum(max(part) for part in np.array_split(widths, columns)) <= room:
            rows = -(-count // columns)
            return -(-count // rows)
    return 1
