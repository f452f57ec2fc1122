"""Two models, case by case."""

from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import (
    LETTERS,
    QUIET,
    as_it_is,
    check_parts,
    check_table,
    colour,
    legend,
    paper,
    scattered,
    style,
)
from atlas_lab.figures.sheet import INK, Sheet


def paired_chart(values: pd.DataFrame, difference: Any, metric: str) -> Sheet:
    """A line a case from one model to the other, and beside it all differences with their estimate and its interval.

    `values` has a row a case and two columns, a model each; `difference` is the interval of the second minus the first, such
    as `bootstrap(values["b"] - values["a"])`; `metric` is the axis label with its unit. Lines that rise and those that fall
    have two colours; which is better the metric decides. InputError: no table, other than two columns, NaN, a difference
    that does not lie among those of the cases.
    """
    check_table(values, (), "values")
    check_parts(difference, ("value", "low", "high", "n"), "difference", "evaluation.statistics.bootstrap")
    if values.shape[1] != 2:
        raise InputError(f"values: give two columns, one a model, not {values.shape[1]}")
    numbers = values.to_numpy(float)
    if unusable := int(np.count_nonzero(~np.isfinite(numbers).all(axis=1))):
        raise InputError(f"values: {unusable} of {len(values)} cases have a value that is NaN or infinite; leave them out")
    changes = numbers[:, 1] - numbers[:, 0]
    first, second = map(str, values.columns)
    slack = 1e-9 * max(float(np.abs(changes).max()), 1e-9)
    if not changes.min() - slack <= difference.value <= changes.max() + slack:
        raise InputError(
            f"difference={difference.value:g} does not lie among the cases' own, {changes.min():g} to {changes.max():g}; "
            f"give that of {second} minus {first}"
        )
    figure = paper(4.6)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    style(left, "", metric)
    for sign, name in ((1, "higher"), (-1, "lower"), (0, "the same")):
        chosen = numbers[np.sign(changes) == sign]
        if len(chosen):
            left.plot([0, 1], chosen.T, "o-", color=_colour(sign), linewidth=1, markersize=4, alpha=0.8)
            left.plot(
                [],
                [],
                "o-",
                color=_colour(sign),
                label=f"{second} {name} in {len(chosen)}" if sign else f"{name} in {len(chosen)}",
            )
    left.set_xticks([0, 1], [first, second])
    left.set_xlim(-0.25, 1.25)
    left.grid(visible=False, axis="x")
    as_it_is(left.get_xticklabels())
    legend(left, "above")
    _draw_differences(right, changes, difference, f"{second} – {first}")
    return figure


def _draw_differences(ax: Any, changes: np.ndarray, difference: Any, label: str) -> None:
    style(ax, "", label)
    ax.axhline(0, color=QUIET, linewidth=1, linestyle=(0, (2, 3)))
    shift = scattered(len(changes), 0.5)
    for sign in (1, -1, 0):
        chosen = np.sign(changes) == sign
        ax.plot(shift[chosen], changes[chosen], "o", color=_colour(sign), markersize=4, alpha=0.8)
    ax.vlines(0.5, difference.low, difference.high, color=INK, linewidth=2.5)
    ax.plot(0.5, difference.value, "D", color=INK, markersize=8)
    ax.set_title(repr(difference).replace("-", "−"), color=INK, fontsize=LETTERS, parse_math=False)
    ax.set_xlim(-0.5, 0.8)
    ax.set_xticks([])


def _colour(sign: int) -> str:
    return {1: colour(0), -1: colour(1), 0: QUIET}[sign]
