"""Several trainings on the same axes: a line each."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from atlas_lab.figures.charts import _curves
from atlas_lab.figures.charts._axes import LETTERS, as_it_is, look
from atlas_lab.figures.charts._curves import ABOVE, BELOW, LEFT, TALL, WIDTH
from atlas_lab.figures.sheet import INK, Sheet

_RIGHT = 0.3  # inches beside a chart
_ROW, _LINE, _LETTER = 0.24, 0.55, 0.08  # inches: a row of the legend, a line in it, a letter


def draw_several(histories: Mapping[str, Any], heading: float) -> Sheet:
    """The loss and the main figure of the validations, below `heading` inches for a title."""
    mains = {name: _curves.figures_of(history.validations)[0] for name, history in histories.items() if len(history.validations)}
    labels = {name: _label(name, history, mains.get(name)) for name, history in histories.items()}
    across = max(1, min(len(labels), int(WIDTH / (_LINE + _LETTER * max(map(len, labels.values()))))))
    sheet = _curves.empty(BELOW + TALL + ABOVE + _ROW * -(-len(labels) // across) + heading)
    count = 2 if mains else 1
    wide = WIDTH / count - LEFT - _RIGHT
    last = max(float(history.steps["step"].max()) for history in histories.values())
    loss = _curves.place(sheet, (LEFT, BELOW, wide, TALL), last, "step", "loss, smoothed over 1/20 of each curve")
    for number, (name, history) in enumerate(histories.items()):
        drawn = {**look(number), "marker": _curves.marker(history.steps)}
        loss.plot(history.steps["step"], _curves.smooth(history.steps["loss"]), label=labels[name], linewidth=1.8, **drawn)
    if mains:
        said = ", ".join(dict.fromkeys(map(_curves.called, mains.values())))
        box = (LEFT + WIDTH / 2, BELOW, wide, TALL)
        validation = _curves.place(sheet, box, last, "step", f"{said} of the validation cases")
        for number, (name, history) in enumerate(histories.items()):
            if name in mains:
                x, y = history.validations["step"], history.validations[mains[name]]
                validation.plot(x, y, linewidth=1.8, markersize=5, clip_on=False, **look(number))
        values = [histories[name].validations[main].to_numpy(float) for name, main in mains.items()]
        _curves.share_axis(validation, np.concatenate(values))
    handles, names = loss.get_legend_handles_labels()
    legend = sheet.legend(
        handles, names, loc="upper center", bbox_to_anchor=(0.5, 1 - heading / sheet.get_figheight()), borderaxespad=0.2,
        ncols=across, fontsize=LETTERS, labelcolor=INK, frameon=False,
    )  # fmt: skip
    as_it_is(legend.get_texts())
    return sheet


def _label(name: str, history: Any, main: str | None) -> str:
    loss = _curves.short(_curves.smooth(history.steps["loss"]).iloc[-1])
    found = f", {_curves.called(main)} {_curves.short(history.validations[main].iloc[-1])}" if main else ""
    return f"{name}: loss {loss}{found}"
