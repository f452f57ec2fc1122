"""How well two measurements agree."""

from typing import Any

from matplotlib.transforms import blended_transform_factory

from atlas_lab.figures.charts._axes import BAND, LETTERS, chart, check_parts, check_table, colour, digits_for, number
from atlas_lab.figures.sheet import INK, Sheet


def bland_altman_chart(agreement: Any, unit: str, names: tuple[str, str] = ("a", "b")) -> Sheet:
    """Each case's difference against its mean, with the bias, the limits of agreement and their intervals as bands.

    Takes what `evaluation.bland_altman` returns; `unit` is that of the measurements ("mL"; "" where they have none), `names`
    are what the two are called. InputError: something else.
    """
    check_parts(agreement, ("table", "bias", "lower_limit", "upper_limit"), "agreement", "evaluation.bland_altman")
    table = check_table(agreement.table, ("mean", "difference"), "agreement")
    of = f" in {unit}" if unit else ""
    figure, ax = chart(4.6, f"mean of {names[0]} and {names[1]}{of}", f"{names[0]} – {names[1]}{of}")
    lines = [(agreement.upper_limit, "upper limit", 1), (agreement.bias, "bias", 0), (agreement.lower_limit, "lower limit", 1)]
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    digits = digits_for(agreement.upper_limit.value - agreement.lower_limit.value)
    for interval, name, kind in lines:
        ax.axhspan(interval.low, interval.high, color=colour(kind), alpha=BAND, linewidth=0)
        ax.axhline(interval.value, color=colour(kind), linewidth=1.5, linestyle=(0, (5, 3)) if kind else "-")
        words = f"{name}\n{number(interval.value, digits, '+')}"
        ax.text(1.01, interval.value, words, transform=beside, color=INK, fontsize=LETTERS, va="center", parse_math=False)
    ax.plot(table["mean"], table["difference"], "o", color=INK, markersize=5, markeredgewidth=0, alpha=0.8)
    return figure
