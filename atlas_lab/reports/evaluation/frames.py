"""A DataFrame as a table of a page: titles and digits for its columns, a dash for what is not known."""

import sys
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from atlas_lab.reports.tables import EMPTY, Cell, number_cell, table

_TITLES = {
    "dsc": "DSC", "iou": "IoU", "nsd": "NSD", "hd": "HD, mm", "hd95": "HD95, mm", "hd95_median": "median HD95, mm",
    "assd": "ASSD, mm", "volume_ml": "predicted, mL", "truth_volume_ml": "true, mL", "n": "n", "id": "case",
    "radius_mm": "radius, mm", "diameter_mm": "diameter, mm", "left_out": "left out",
    "n_with_cut": "n with cut", "dsc_with_cut": "DSC with cut",
}  # fmt: skip
_MUTED = ("n_with_cut", "dsc_with_cut")  # beside the numbers that count
_DECIMALS = {"hd": 2, "hd95": 2, "hd95_median": 2, "assd": 2, "volume_ml": 1, "truth_volume_ml": 1}


def frame_table(caption: str, frame: pd.DataFrame, names: Mapping[str, str], *, tools: bool = True) -> str:
    """The index and columns of a frame as a table; `names` says how values of text columns are written, where otherwise.

    Numbers have three decimals, mm and mL fewer, counts none; `∞` is infinite. Empty where the frame has no row.
    """
    if frame.empty:
        return ""
    flat = frame.reset_index()
    titles = [_TITLES.get(str(column), str(column).replace("_", " ")) for column in flat.columns]
    rows = [[_shown(value, str(column), names) for column, value in row.items()] for row in flat.to_dict("records")]
    return table(caption, titles, rows, tools=tools and len(rows) > 1)


def written(value: float, column: str) -> str:
    """A number as the tables write it."""
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    return f"{value:.{_DECIMALS.get(column, 3)}f}".replace("-", "−")


def _shown(value: Any, column: str, names: Mapping[str, str]) -> Cell:
    cell = _cell(value, column, names)
    return Cell(f'<span class="al-muted">{cell.html}</span>', cell.sort) if column in _MUTED and cell is not EMPTY else cell


def _cell(value: Any, column: str, names: Mapping[str, str]) -> Cell:
    if value is None or value != value or value == "":  # NaN differs from itself
        return EMPTY
    if isinstance(value, str):
        return Cell(escape(names.get(value, value)), names.get(value, value))
    if isinstance(value, bool):
        return Cell("yes" if value else "no", "yes" if value else "no")
    if isinstance(value, int):
        return number_cell(value, f"{value:,}")
    return number_cell(max(min(value, sys.float_info.max), -sys.float_info.max), written(value, column))
