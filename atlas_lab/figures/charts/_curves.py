"""Curves over the steps of a training: where their axes lie, how they are smoothed, how a figure is called."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from atlas_lab.figures.charts._axes import number, style, words
from atlas_lab.figures.sheet import Sheet

WIDTH, TALL = 10.0, 3.3  # inches: the sheet, a chart
LEFT, BELOW, ABOVE, HEADING = 0.85, 0.55, 0.12, 0.3  # inches around a chart

_LABEL = 0.66  # inches from the axes to their label
_SMOOTHED = 20  # a point of a smoothed curve is the mean over one of so many parts of it


def empty(height: float) -> Sheet:
    """A sheet on which everything has its place: finding one takes longer than drawing, and a training waits."""
    sheet = Sheet(WIDTH, height)
    sheet.set_layout_engine("none")
    return sheet


def place(sheet: Sheet, box: tuple[float, float, float, float], last: float, x: str, y: str) -> Axes:
    """Axes at (left, bottom, width, height) in inches, over the steps from 0 to the last, labelled."""
    width, height = sheet.get_figwidth(), sheet.get_figheight()
    ax = sheet.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    style(ax, x, y)
    ax.set_xlim(0, max(last, 1))
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    ax.yaxis.set_label_coords(-_LABEL / box[2], 0.5)
    return ax


def smooth(values: pd.Series) -> pd.Series:
    """The mean over the rows around each, fewer at the ends."""
    return values.rolling(smoothed_rows(len(values)), center=True, min_periods=1).mean()


def smoothed_rows(count: int) -> int:
    """How many of `count` rows, an odd number, a point of a smoothed curve is the mean of."""
    return count // _SMOOTHED // 2 * 2 + 1


def marker(table: pd.DataFrame) -> str:
    """A single row is no line yet."""
    return "o" if len(table) == 1 else ""


def figures_of(validations: pd.DataFrame) -> list[str]:
    """The figures of a validation, the main one first."""
    return [str(column) for column in validations.columns if column != "step"]


def share_axis(ax: Axes, values: np.ndarray) -> None:
    """From 0 to 1 where all values are shares."""
    if values.min() >= 0 and values.max() <= 1:
        ax.set_ylim(0, 1)


def called(figure: str) -> str:
    """How a figure of the validation is called."""
    return "DSC" if figure == "dsc" else words(figure, "")


def short(value: Any) -> str:
    """A number beside a curve."""
    value = float(value)
    return number(value, 3) if 0.001 <= abs(value) < 100 or value == 0 else f"{value:.3g}".replace("-", "−")
