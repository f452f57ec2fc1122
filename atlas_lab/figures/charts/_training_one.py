"""One training: the parts of its loss, its validations by class, its learning rate and speed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator

from atlas_lab import anatomy
from atlas_lab.figures.charts import _curves
from atlas_lab.figures.charts._axes import colour, words
from atlas_lab.figures.charts._curves import ABOVE, BELOW, LEFT, TALL, WIDTH
from atlas_lab.figures.charts._ends import End, height_for, name_ends, room_for
from atlas_lab.figures.names import display
from atlas_lab.figures.sheet import INK, Sheet

_LOW, _BETWEEN = 1.1, 0.2  # inches: the lower charts, and what stays free between two beside each other
_FAR = 20  # a loss that falls to less than one in so many is drawn on a logarithmic axis
_DARK = 0.4  # a colour of less luminance is lightened: it was chosen to lie on grey pictures

Ends = dict[str, End]  # by column


def draw_one(steps: pd.DataFrame, validations: pd.DataFrame, heading: float) -> Sheet:
    """Loss and validation above learning rate and speed, below `heading` inches for a title."""
    loss, found = _loss_ends(steps), _validation_ends(validations)
    beside = [room_for([end.name for end in ends.values()]) for ends in (loss, found) if ends]
    wide = (WIDTH - sum(beside) - _BETWEEN * (len(beside) - 1)) / len(beside) - LEFT
    tall = max(TALL, height_for(len(found)))
    second, upper, last = 2 * LEFT + wide + beside[0] + _BETWEEN, 2 * BELOW + _LOW, float(steps["step"].max())
    sheet = _curves.empty(upper + tall + ABOVE + heading)
    _draw_loss(_curves.place(sheet, (LEFT, upper, wide, tall), last, "", ""), steps, loss, (wide, tall))
    if found:
        _draw_validation(_curves.place(sheet, (second, upper, wide, tall), last, "", ""), validations, found, (wide, tall))
    else:
        wide = (wide - LEFT - _BETWEEN) / 2
        second = 2 * LEFT + wide + _BETWEEN
    rate = _curves.place(sheet, (LEFT, BELOW, wide, _LOW), last, "step", "learning rate")
    rate.plot(steps["step"], steps["learning_rate"], color=colour(0), linewidth=1.8, marker=_curves.marker(steps))
    speed = _curves.place(sheet, (second, BELOW, wide, _LOW), last, "step", "patches/s")
    _curve(speed, steps, "patches_per_second", colour(2))
    speed.set_ylim(bottom=0)
    for ax in (rate, speed):
        ax.yaxis.set_major_locator(MaxNLocator(3))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    return sheet


def _loss_ends(steps: pd.DataFrame) -> Ends:
    """The loss, and its parts where there are several."""
    columns = list(map(str, steps.columns))
    parts = columns[columns.index("loss") + 1 : columns.index("learning_rate")]
    ends = {}
    for number, name in enumerate(["loss", *(parts if len(parts) > 1 else [])]):
        last = float(_curves.smooth(steps[name]).iloc[-1])
        ends[name] = End(last, f"{words(name, '')} {_curves.short(last)}", colour(number - 1) if number else INK)
    return ends


def _draw_loss(ax: Axes, steps: pd.DataFrame, ends: Ends, size: tuple[float, float]) -> None:
    rows = _curves.smoothed_rows(len(steps))
    over = f", mean over {rows * float(np.median(np.diff(steps['step']))):,.0f} steps" if rows > 1 else ""
    ax.set_ylabel(f"loss{over}")
    for name, end in reversed(ends.items()):  # the loss itself on top
        _curve(ax, steps, name, end.color)
    every = steps[list(ends)].apply(_curves.smooth).to_numpy(float)
    if every.min() > 0 and every[:, 0].max() > _FAR * every[:, 0].min():
        ax.set_yscale("log")
        ax.set_ylim(0.7 * every.min(), 1.4 * every.max())
    name_ends(ax, list(ends.values()), size)


def _validation_ends(validations: pd.DataFrame) -> Ends:
    """The figures of the validations: the main one in white, structures in their colours."""
    columns = _curves.figures_of(validations)
    mean = any(name.startswith(f"{columns[0]} ") for name in columns)
    ends = {}
    for number, name in enumerate(columns):
        own = name.removeprefix(f"{columns[0]} ")
        shade = _lightened(anatomy.color(own)) if own in anatomy.BY_NAME else colour(number - 1)
        said = display(own) if number else "mean" if mean else _curves.called(name)
        last = float(validations[name].iloc[-1])
        ends[name] = End(last, f"{said} {_curves.short(last)}", shade if number else INK)
    return ends


def _draw_validation(ax: Axes, validations: pd.DataFrame, ends: Ends, size: tuple[float, float]) -> None:
    main = next(iter(ends))
    ax.set_ylabel(f"{_curves.called(main)} of the validation cases")
    for name, end in ends.items():
        line, dot, above = (2.4, 5.0, 3) if name == main else (1.2, 2.5, 2)
        ax.plot(
            validations["step"], validations[name], "o-", color=end.color, linewidth=line, markersize=dot, zorder=above,
            clip_on=False,
        )  # fmt: skip
    _curves.share_axis(ax, validations[list(ends)].to_numpy(float))
    name_ends(ax, list(ends.values()), size)


def _curve(ax: Axes, steps: pd.DataFrame, name: str, shade: str) -> None:
    """The smoothed curve, and thin behind it what was logged."""
    ax.plot(steps["step"], steps[name], color=shade, linewidth=0.7, alpha=0.35)
    ax.plot(steps["step"], _curves.smooth(steps[name]), color=shade, linewidth=1.8, marker=_curves.marker(steps))


def _lightened(code: str) -> str:
    """The colour, mixed with white as far as dark paper asks for."""
    red, green, blue = to_rgb(code)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    white = max(0.0, (_DARK - luminance) / (1 - luminance))
    return to_hex((red + white * (1 - red), green + white * (1 - green), blue + white * (1 - blue)))
