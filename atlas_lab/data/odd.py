"""Spot the odd case: volumes and HU that lie outside what the cohort, or the table of structures, leads to expect.

Robust statistics (median and MAD) as in the label checks of AbdomenAtlas (Qu et al., NeurIPS 2023): an outlier must not
hide itself by widening the spread. Flags are for a person to look at, not verdicts.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

ROBUST_SD = 3.5  # Iglewicz and Hoaglin 1993: beyond it a robust z-score is called an outlier
FEWEST = 5  # cases that a cohort needs to have a spread
_NARROWEST = 0.05  # of log volume: five percent is no outlier, however alike the others are
_VOLUME_SLACK = 1.5  # the typical ranges leave out one adult in twenty by definition
_HU_SLACK = 40.0

_Flag = tuple[str, str, str, float, float, float]  # id, structure, check, value, low, high


def odd_cases(measures: "pd.DataFrame") -> "pd.DataFrame":
    """Which structures of which cases are odd, the oddest first.

    `measures` has the rows of `measure` for several cases, indexed by (id, structure). A row of the answer names the
    case, the structure, the check (`volume in cohort`, `typical volume`, `typical HU`), the value, the range it was
    expected in (mL or HU) and by how many times the range's width it lies outside. Structures that are cut by the field
    of view or absent are not judged; cohorts of fewer than 5 cases only by the typical ranges.
    """
    import pandas as pd

    judged = measures[measures["status"] == "present"]
    flags = [flag for name, rows in judged.groupby(level="structure") for flag in _flags(str(name), rows)]
    table = pd.DataFrame(flags, columns=["id", "structure", "check", "value", "low", "high"])
    low, value, high = (table[column].astype(float) for column in ("low", "value", "high"))
    outside = np.maximum(low - value, value - high) / (high - low)
    return table.assign(outside=outside).sort_values("outside", ascending=False, ignore_index=True)


def _flags(name: str, rows: "pd.DataFrame") -> Iterator[_Flag]:
    ids = rows.index.get_level_values("id")
    volume = rows["volume_ml"].to_numpy(dtype=float)
    if len(rows) >= FEWEST:
        logs = np.log(volume)
        middle = np.median(logs)
        reach = ROBUST_SD * max(1.4826 * float(np.median(np.abs(logs - middle))), _NARROWEST)
        yield from _outside(name, "volume in cohort", ids, volume, np.exp(middle - reach), np.exp(middle + reach))
    for id, value, hu, typical_ml, typical_hu in zip(
        ids, volume, rows["mean_hu"], rows["typical_ml"], rows["typical_hu"], strict=True
    ):
        if isinstance(typical_ml, tuple):
            low, high = typical_ml[0] / _VOLUME_SLACK, typical_ml[1] * _VOLUME_SLACK
            yield from _outside(name, "typical volume", [id], [value], low, high)
        if isinstance(typical_hu, tuple):
            yield from _outside(name, "typical HU", [id], [hu], typical_hu[0] - _HU_SLACK, typical_hu[1] + _HU_SLACK)


def _outside(
    name: str, check: str, ids: "pd.Index | list", values: "np.ndarray | list", low: float, high: float
) -> Iterator[_Flag]:
    for id, value in zip(ids, values, strict=True):
        if not low <= value <= high:
            yield str(id), name, check, float(value), float(low), float(high)
