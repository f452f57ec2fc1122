"""How many lesions of each size are found."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import as_it_is, by_name, chart, check_table, legend, look, words
from atlas_lab.figures.sheet import Sheet

_SPREAD = 0.5  # of the distance between two bins, for the models side by side


def sensitivity_chart(tables: pd.DataFrame | Mapping[str, pd.DataFrame]) -> Sheet:
    """A point with its interval for each bin, and below it how many lesions there are; one table, or several by name.

    Index the bins' labels (its name is the axis label: `radius_mm` is `radius in mm`), columns n, hits, sensitivity, low,
    high. A bin without lesions has no point. InputError: no table, a column is missing, no rows, tables of other bins.
    """
    models = by_name(tables)
    first = next(iter(models.values()))
    for name, table in models.items():
        check_table(table, ("n", "hits", "sensitivity", "low", "high"), f"table {name!r}" if name else "tables")
        if list(table.index) != list(first.index):
            raise InputError(f"table {name!r} has other bins than the first one; use the same edges for all models")
    figure, ax = chart(4.6, words(first.index.name, "size"), "sensitivity of lesions")
    offsets = np.linspace(-0.5, 0.5, len(models)) * _SPREAD * (len(models) > 1)
    for number, (name, table) in enumerate(models.items()):
        style = look(number)
        seen = table["n"].to_numpy() > 0
        x, part = np.flatnonzero(seen) + offsets[number], table[seen]
        ax.vlines(x, part["low"], part["high"], color=style["color"], linewidth=2)
        ax.plot(x, part["sensitivity"], style["marker"], color=style["color"], markersize=7, label=name or None)
    counts = [sorted({int(table["n"].iloc[row]) for table in models.values()}) for row in range(len(first))]
    bins = [f"{label}\nn = {' / '.join(map(str, n))}" for label, n in zip(first.index, counts, strict=True)]
    ax.set_xticks(range(len(first)), bins)
    as_it_is(ax.get_xticklabels())
    ax.grid(visible=False, axis="x")
    ax.set_xlim(-0.6, len(first) - 0.4)
    ax.set_ylim(-0.03, 1.03)
    legend(ax, "above")
    return figure
