"""The paper, ink and colours of every chart, and the words on its axes."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from atlas_lab.errors import InputError, nearest
from atlas_lab.figures.sheet import INK, PAPER, Sheet

WIDTH = 7.0  # inches; at 100 pixels an inch the letters below are read without zooming
LETTERS = 9.5  # points
FAINT, QUIET = "#2a2f36", "#8d96a0"
BAND = 0.18  # opacity of an interval's area
_ABOVE, _MARK = 90, 7  # letters in a line above the axes, and how many of them the mark before a name takes

# Okabe and Ito (2008), brightest on dark paper first; markers and dashes say the same once more for those who see no colours.
_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#bbbbbb")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))

_UNITS = {"mm": "mm", "ml": "mL", "hu": "HU"}

T = TypeVar("T")


def paper(height: float, width: float = WIDTH) -> Sheet:
    """An empty sheet, in inches, with a margin around all that is drawn."""
    sheet = Sheet(width, height)
    sheet.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
    return sheet


def chart(height: float, x: str, y: str = "", width: float = WIDTH) -> tuple[Sheet, Axes]:
    """A sheet with one pair of axes, labelled."""
    sheet = paper(height, width)
    ax = sheet.subplots()
    style(ax, x, y)
    return sheet, ax


def style(ax: Axes, x: str, y: str = "") -> None:
    """Dark paper, light ink, a faint grid, labels taken as they are."""
    ax.set_facecolor(PAPER)
    ax.set_xlabel(x, color=INK, fontsize=LETTERS, parse_math=False)
    ax.set_ylabel(y, color=INK, fontsize=LETTERS, parse_math=False)
    ax.tick_params(colors=INK, labelsize=LETTERS, which="both")
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    for side in ax.spines.values():
        side.set_color(FAINT)


def unit_square(ax: Axes) -> None:
    """Both axes from 0 to 1 with room for what lies on the border, and the diagonal."""
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.axline((0, 0), (1, 1), color=QUIET, linewidth=1, linestyle=(0, (2, 3)), zorder=1)


def look(number: int) -> dict[str, Any]:
    """Colour, marker and dashes of the model with this number."""
    return {"color": colour(number), "marker": _MARKERS[number % len(_MARKERS)], "linestyle": _DASHES[number % len(_DASHES)]}


def colour(number: int) -> str:
    """The colour of the model with this number."""
    return _COLOURS[number % len(_COLOURS)]


def legend(ax: Axes, place: str) -> None:
    """Name what has a label, in a corner of the axes or "above" them; nothing where nothing has."""
    handles, names = ax.get_legend_handles_labels()
    if not handles:
        return
    where: dict[str, Any] = {"loc": place, "facecolor": PAPER, "edgecolor": FAINT}
    if place == "above":
        columns = int(np.clip(_ABOVE // (max(map(len, names)) + _MARK), 1, 4))
        where = {"loc": "lower center", "bbox_to_anchor": (0.5, 1), "ncols": min(len(handles), columns), "frameon": False}
    as_it_is(ax.legend(fontsize=LETTERS, labelcolor=INK, **where).get_texts())


def as_it_is(texts: Iterable[Text]) -> None:
    """A dollar sign begins no formula."""
    for text in texts:
        text.set_parse_math(False)


def scattered(count: int, width: float) -> np.ndarray:
    """Shifts that keep neighbouring dots apart, the same every time: steps of the golden ratio."""
    return (np.arange(count) * 0.618034 % 1 - 0.5) * width


def digits_for(width: float) -> int:
    """Decimals that leave two digits of a width."""
    return int(np.clip(1 - np.floor(np.log10(width)), 0, 6)) if np.isfinite(width) and width > 0 else 3


def number(value: float, digits: int, sign: str = "") -> str:
    """A number as the axes write it, with a real minus; `sign="+"` writes the plus too."""
    return f"{value:{sign}.{digits}f}".replace("-", "−")


def by_name(given: T | Mapping[str, T]) -> dict[str, T]:
    """What is given by name, or one thing without a name. InputError: nothing."""
    if not isinstance(given, Mapping):
        return {"": given}
    if not given:
        raise InputError("there is nothing to draw: the mapping of names is empty")
    return {str(name): one for name, one in given.items()}


def check_table(table: Any, columns: Iterable[str], what: str) -> pd.DataFrame:
    """The table as it is. InputError: no DataFrame, a column is missing, no rows; it calls the table `what`."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{what}: give a DataFrame, not {type(table).__name__}")
    for column in columns:
        if column not in table:
            close = nearest(column, map(str, table.columns)) or f"there are {', '.join(map(str, table.columns)) or 'none'}"
            raise InputError(f"{what}: there is no column {column!r}: {close.rstrip()}")
    if table.empty:
        raise InputError(f"{what}: there is nothing to draw, the table has no rows")
    return table


def check_parts(given: Any, parts: Iterable[str], what: str, maker: str) -> None:
    """InputError: something that lacks an attribute the chart draws; `maker` is the call that gives the right thing."""
    if any(not hasattr(given, part) for part in parts):
        raise InputError(f"{what}: {type(given).__name__} cannot be drawn; give what {maker} returns")


def words(name: Any, otherwise: str) -> str:
    """A column's name as a label with its unit: `radius_mm` is `radius in mm`; `otherwise` where there is no name."""
    if name is None:
        return otherwise
    stem, _, unit = str(name).rpartition("_")
    return f"{stem.replace('_', ' ')} in {_UNITS[unit]}" if stem and unit in _UNITS else str(name).replace("_", " ")
