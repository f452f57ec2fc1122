"""How well observers tell real from synthetic lesions, against how far the real ones lie from what a synthesiser makes."""

import numpy as np
import pandas as pd

from atlas_lab.figures.charts._axes import BAND, QUIET, chart, check_table, legend, look
from atlas_lab.figures.charts.realism import CHANCE
from atlas_lab.figures.sheet import Sheet

_SPREAD = 0.012  # of the axis, between the observers at one place


def separability_chart(table: pd.DataFrame) -> Sheet:
    """A line an observer with its 95 % intervals, and a band for areas that count as chance.

    Columns real_gap, observer, auc, low, high, as `separability` returns them. InputError: no table, a column is missing.
    """
    check_table(table, ("real_gap", "observer", "auc", "low", "high"), "table")
    figure, ax = chart(3.8, "real_gap of the phantom: 0 as a synthesiser makes them, 1 as published", "AUC, real or synthetic")
    ax.axhspan(*CHANCE, color=QUIET, alpha=BAND, linewidth=0)
    ax.axhline(0.5, color=QUIET, linewidth=1, linestyle=(0, (2, 3)))
    names = list(dict.fromkeys(table["observer"]))
    shifts = (np.arange(len(names)) - (len(names) - 1) / 2) * _SPREAD
    for number, (name, shift) in enumerate(zip(names, shifts, strict=True)):
        rows = table[table["observer"] == name].sort_values("real_gap")
        looks = look(number)
        ax.vlines(rows["real_gap"] + shift, rows["low"], rows["high"], color=looks["color"], linewidth=2)
        ax.plot(rows["real_gap"] + shift, rows["auc"], markersize=6.5, linewidth=1.6, label=str(name), **looks)
    ax.set_ylim(-0.02, 1.02)
    legend(ax, "lower right")
    return figure
