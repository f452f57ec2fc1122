"""The ROC curve of patients."""

from collections.abc import Mapping
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import by_name, chart, check_parts, check_table, legend, look, unit_square
from atlas_lab.figures.sheet import INK, Sheet


def roc_chart(rocs: Any, thresholds: float | Mapping[str, float] | None = None) -> Sheet:
    """Curves with their areas: what `patients.roc` returns (`curve` with threshold, fpr, tpr, and `auc`), one or by name.

    `thresholds`, one or by the same names, marks on each curve where patients from that score up are positive. InputError:
    something else, no rows, a threshold for a curve that is not there.
    """
    curves = by_name(rocs)
    marks = {} if thresholds is None else by_name(thresholds)
    if unknown := sorted(set(marks) - set(curves)):
        raise InputError(f"thresholds: there is no curve {unknown[0]!r}; there are {', '.join(map(repr, curves))}")
    figure, ax = chart(5.6, "1 – specificity", "sensitivity", width=5.8)
    for number, (name, roc) in enumerate(curves.items()):
        check_parts(roc, ("curve", "auc"), f"curve {name!r}" if name else "rocs", "evaluation.patients.roc")
        curve = check_table(roc.curve, ("threshold", "fpr", "tpr"), "curve")
        label = f"{name}: AUC {roc.auc}" if name else f"AUC {roc.auc}"
        style = look(number)
        ax.plot(curve["fpr"], curve["tpr"], color=style["color"], linestyle=style["linestyle"], linewidth=2, label=label)
        if name in marks:
            row = curve[curve["threshold"] >= marks[name]].iloc[-1]
            ax.plot(
                row["fpr"], row["tpr"], style["marker"], color=style["color"], markersize=9, markeredgecolor=INK,
                label=f"score from {marks[name]:.3g} up",
            )  # fmt: skip
    unit_square(ax)
    legend(ax, "lower right")
    return figure
