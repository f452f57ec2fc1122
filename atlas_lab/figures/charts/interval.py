"""Estimates with their intervals, one below the other: a forest plot."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import LETTERS, QUIET, as_it_is, chart, check_table, colour, digits_for, number
from atlas_lab.figures.sheet import INK, Sheet


def interval_chart(intervals: pd.DataFrame, label: str, reference: float | None = None) -> Sheet:
    """A row an estimate: its name, the point with its interval, and both in figures with n, where there is a column n.

    Index the names (several levels are joined), columns value, low, high and, where known, n: as `interval_table` and
    `Threshold.report` return them. `label` is the axis label with its unit, `reference` where a line is drawn, such as 0 for
    differences. A value that is NaN has no point. InputError: no table, a column is missing, no finite value.
    """
    check_table(intervals, ("value", "low", "high"), "intervals")
    ends = intervals[["value", "low", "high"]].to_numpy(float)
    known = np.isfinite(ends[:, 0])
    if not known.any():
        raise InputError("intervals: none of the values is finite, there is nothing to draw")
    figure, ax = chart(0.9 + 0.3 * len(intervals), label)
    if reference is not None:
        ax.axvline(reference, color=QUIET, linewidth=1, linestyle=(0, (2, 3)))
    rows = np.arange(len(intervals))
    ax.hlines(rows[known], ends[known, 1], ends[known, 2], color=colour(0), linewidth=2.5)
    ax.plot(ends[known, 0], rows[known], "s", color=colour(0), markersize=6.5)
    names = [", ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in intervals.index]
    ax.set_yticks(rows, names)
    as_it_is(ax.get_yticklabels())
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    digits = digits_for(float(np.nanmedian(ends[known, 2] - ends[known, 1])))
    for row in rows:
        value, low, high = (number(end, digits) for end in ends[row])
        words = f"{value} [{low}, {high}]" if known[row] else "–"
        if "n" in intervals:
            words += f", n = {int(intervals['n'].iloc[row])}"
        ax.text(1.02, float(row), words, transform=beside, color=INK, fontsize=LETTERS, va="center", parse_math=False)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.grid(visible=False, axis="y")
    ax.set_ylim(len(intervals) - 0.4, -0.6)
    return figure
