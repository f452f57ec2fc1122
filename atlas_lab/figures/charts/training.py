"""The curves of a training, or of several on the same axes."""

from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.figures.charts._axes import by_name, check_parts, check_table
from atlas_lab.figures.charts._curves import HEADING
from atlas_lab.figures.charts._training_one import draw_one
from atlas_lab.figures.charts._training_several import draw_several
from atlas_lab.figures.sheet import Sheet

_COLUMNS = ("step", "loss", "learning_rate", "patches_per_second")


def training_chart(histories: Any, title: str = "") -> Sheet:
    """Loss and validation of a training, its learning rate and speed; of several, by name, the loss and the main figure.

    `histories` are what `learning.histories` returns, one or by name: `steps` with columns step, loss, the parts of the loss,
    learning_rate, patches_per_second; `validations` with step and figures, the main one first, `dsc liver` belonging to `dsc`.
    Thick lines are running means, as the axis says; of one training the rows as they were logged are thin behind them.
    A training without a row is left out. InputError: something else, no rows at all.
    """
    given = by_name(histories)
    for name, history in given.items():
        check_parts(history, ("steps", "validations"), name or "histories", "learning.histories")
    begun = {name: history for name, history in given.items() if len(history.steps)}
    if not begun:
        raise InputError("there is nothing to draw: no training has logged a step yet")
    for name, history in begun.items():
        check_table(history.steps, _COLUMNS, name or "histories")
    heading = HEADING if title else 0.0
    if len(given) == 1:
        (only,) = begun.values()
        sheet = draw_one(only.steps, only.validations, heading)
    else:
        sheet = draw_several(begun, heading)
    sheet.head(title)
    return sheet
