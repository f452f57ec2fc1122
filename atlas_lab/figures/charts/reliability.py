"""Whether probabilities mean what they say."""

from typing import Any

import numpy as np
from matplotlib.ticker import NullLocator

from atlas_lab.figures.charts._axes import by_name, check_parts, check_table, legend, look, paper, style, unit_square
from atlas_lab.figures.sheet import Sheet

_TABLE = ("low", "high", "n", "probability", "true", "true_low", "true_high")


def reliability_chart(calibrations: Any) -> Sheet:
    """The fraction that is true against the mean probability of each bin, and below how many samples are in each.

    Takes what `evaluation.calibration` returns, one or several by name. Below the diagonal a model is overconfident.
    InputError: something else.
    """
    models = by_name(calibrations)
    figure = paper(7.2, width=6.0)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    style(above, "", "fraction that is true")
    style(below, "predicted probability", "samples")
    for number, (name, result) in enumerate(models.items()):
        check_parts(result, ("table", "ece"), f"calibration {name!r}" if name else "calibrations", "evaluation.calibration")
        table = check_table(result.table, _TABLE, "calibration")
        looks, used = look(number), table[table["n"] > 0]
        label = f"{name}: ECE {result.ece:.3f}" if name else f"ECE {result.ece:.3f}"
        above.vlines(used["probability"], used["true_low"], used["true_high"], color=looks["color"], linewidth=1.5, alpha=0.6)
        above.plot(used["probability"], used["true"], **looks, linewidth=1.5, markersize=6, label=label)
        edges = np.append(table["low"].to_numpy(float), table["high"].iloc[-1])
        below.stairs(table["n"], edges, color=looks["color"], linewidth=1.5, linestyle=looks["linestyle"])
    unit_square(above)
    below.set_yscale("log")
    below.yaxis.set_minor_locator(NullLocator())
    below.set_ylim(0.7, 2 * below.get_ylim()[1])
    legend(above, "upper left")
    return figure
