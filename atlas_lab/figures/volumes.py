"""How large the structures of many cases are, beside what is typical."""

from typing import TYPE_CHECKING

from atlas_lab import anatomy
from atlas_lab.errors import InputError
from atlas_lab.figures.names import display, rank
from atlas_lab.figures.sheet import INK, PAPER, Sheet

if TYPE_CHECKING:
    import pandas as pd

_GRID, _TYPICAL = "#2a2f36", "#3d4650"


def volumes(measures: "pd.DataFrame") -> Sheet:
    """A dot a case for each structure, on a logarithmic axis in mL, before a bar for the typical adult range.

    `measures` has the rows of `data.measure` for several cases, indexed by (id, structure). Only structures that are
    whole in the scan are drawn; the number behind each name says in how many cases. InputError: there is none.
    """
    whole = measures[measures["status"] == "present"]
    if whole.empty:
        raise InputError("no structure is whole in any of these cases, so there are no volumes to show")
    groups = {str(name): rows["volume_ml"].to_numpy(dtype=float) for name, rows in whole.groupby(level="structure")}
    order = sorted(groups, key=lambda name: (rank(name), name))
    figure = Sheet(9, 0.9 + 0.27 * len(order))
    ax = figure.subplots()
    ax.set_facecolor(PAPER)
    for row, name in enumerate(order):
        known = anatomy.BY_NAME.get(name)
        if known is not None and known.volume_ml is not None:
            low, high = known.volume_ml
            ax.barh(row, high - low, left=low, height=0.7, color=_TYPICAL, linewidth=0)
        ax.plot(groups[name], [row] * len(groups[name]), "o", color=anatomy.color(name), markersize=5, markeredgecolor=PAPER)
    ax.set_yticks(range(len(order)), [f"{display(name)}  ({len(groups[name])})" for name in order], fontsize=8)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xscale("log")
    ax.set_xlabel("volume in mL; bars: typical adult range; in brackets: number of cases", color=INK, fontsize=9)
    ax.tick_params(colors=INK, which="both")
    ax.grid(axis="x", color=_GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    for side in ax.spines.values():
        side.set_color(_GRID)
    return figure
