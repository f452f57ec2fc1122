"""How one metric is spread over cases, structure by structure."""

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import as_it_is, chart, check_table, colour, legend, look, scattered
from atlas_lab.figures.names import display, rank
from atlas_lab.figures.sheet import INK, Sheet

_ROOM = 0.03  # of the axis, beyond both its ends
_THICK = 0.7  # of the distance between two structures, for the boxes of all models


def distribution_chart(values: pd.DataFrame, metric: str, between: tuple[float, float] | None = None) -> Sheet:
    """A dot a case and a box from the first to the third quartile with the median, for each structure and model.

    Columns structure, value and, for several models, model; `metric` is the axis label with its unit ("HD95 in mm"),
    `between` the ends of its axis, such as 0 and 1 for the DSC, so that charts can be compared (default: those of the values).
    Values that are not finite are not drawn; the brackets behind a structure then say how many are: `liver (11 of 12)`.
    InputError: no table, a column is missing, no finite value.
    """
    check_table(values, ("structure", "value"), "values")
    numbers = values["value"].to_numpy(float)
    if not np.isfinite(numbers).any():
        raise InputError("values: none of the values is finite, there is nothing to draw")
    models = _models(values)
    structures = sorted(dict.fromkeys(values["structure"]), key=lambda name: (rank(str(name)), str(name)))
    figure, ax = chart(1.2 + (0.14 + 0.18 * len(models)) * len(structures), metric)
    ax.use_sticky_edges = False  # else a box that begins at the lowest value lies on the frame
    thick = _THICK / len(models)
    for number, (model, rows) in enumerate(models.items()):
        looks = {"marker": look(number)["marker"], "linestyle": "", "color": colour(number)}
        for row, structure in enumerate(structures):
            place = row + (number - (len(models) - 1) / 2) * thick
            found = np.sort(_of(rows, structure))
            found = found[np.isfinite(found)]
            if not found.size:
                continue
            first, median, third = np.percentile(found, (25, 50, 75))
            ax.barh(place, third - first, 0.85 * thick, first, color=colour(number), alpha=0.35, linewidth=0)
            ax.vlines(median, place - 0.42 * thick, place + 0.42 * thick, color=INK, linewidth=2, zorder=4)
            ax.plot(found, place + scattered(found.size, 0.6 * thick), **looks, markersize=3.2, markeredgewidth=0)
        if model:
            ax.plot([], [], **looks, label=model)
    labels = [f"{display(str(structure))} ({_counted(models, structure)})" for structure in structures]
    ax.set_yticks(range(len(structures)), labels)
    as_it_is(ax.get_yticklabels())
    ax.grid(visible=False, axis="y")
    ax.set_ylim(len(structures) - 0.45, -0.55)
    if between is not None:
        room = _ROOM * (between[1] - between[0])
        ax.set_xlim(between[0] - room, between[1] + room)
    legend(ax, "above")
    return figure


def _models(values: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if "model" not in values:
        return {"": values}
    return {str(model): values[values["model"] == model] for model in dict.fromkeys(values["model"])}


def _of(rows: pd.DataFrame, structure: object) -> np.ndarray:
    return rows.loc[rows["structure"] == structure, "value"].to_numpy(float)


def _counted(models: dict[str, pd.DataFrame], structure: object) -> str:
    """How many values are drawn, and of how many; said once where it is the same for all models."""
    counts: dict[str, None] = {}
    for rows in models.values():
        found = _of(rows, structure)
        finite = int(np.isfinite(found).sum())
        counts[f"{finite} of {len(found)}" if finite < len(found) else str(finite)] = None
    return " / ".join(counts)
