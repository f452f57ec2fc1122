"""What a comparison of two models found, as a table, in words and as a picture."""

from dataclasses import dataclass
from html import escape
from typing import Any, cast

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError, nearest
from atlas_lab.evaluation.statistics import Interval
from atlas_lab.figures.charts import interval_chart, paired_chart
from atlas_lab.figures.names import display
from atlas_lab.figures.sheet import Sheet

_LABELS = {"dsc": "DSC", "iou": "IoU", "nsd": "NSD", "hd": "HD in mm", "hd95": "HD95 in mm", "assd": "ASSD in mm"}
_SHORT = (
    "n", "mean_a", "mean_b", "difference", "low", "high", "p_holm", "effect", "wins", "ties", "losses", "left_out", "equivalent",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two models, `names[0]` (a) and `names[1]` (b), by `metric`, on the cases that both were scored on.

    `table` has a row a structure: n, mean_a, mean_b, `difference` (mean of a - b) with its bootstrap interval `low` to
    `high`, `p` (Wilcoxon, two-sided), `p_holm` (adjusted for the number of structures), `p_permutation` and
    `p_permutation_holm`, `effect` (rank-biserial: 1 is a higher in every case) and `dz` (Cohen), `wins`, `ties`, `losses` (a
    better, equal, worse), `missed_a`, `missed_b`, `infinite` (cases in which a distance of either is infinite: in wins and
    losses, in no mean), `left_out` (cases whose flag is not averaged). With a margin also `equivalence_p` and `equivalent`.
    `values` has the two columns a and b, indexed by (id, structure); `only_a` and `only_b` are the ids that one of them lacks.
    """

    table: pd.DataFrame
    values: pd.DataFrame
    metric: str
    names: tuple[str, str]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    confidence: float
    margin: float | None = None

    def figure(self, structure: str | None = None) -> Sheet:
        """The differences of all structures with their intervals; of one structure every case too.

        InputError: a structure that was not compared, or has no case.
        """
        compared = self.table[self.table["n"] > 0]
        if structure is None and len(compared) == 1:
            structure = str(compared.index[0])
        label = _LABELS.get(self.metric, self.metric)
        if structure is None:
            rows = compared.rename(columns={"difference": "value"}).rename(index=display)
            return interval_chart(rows, f"{label}, {self.names[0]} – {self.names[1]}", reference=0)
        if structure not in compared.index:
            raise InputError(
                f"{structure!r} was not compared: {nearest(structure, compared.index)}there are {', '.join(compared.index)}"
            )
        pairs = cast(pd.DataFrame, self.values.xs(structure, level="structure"))
        row: Any = compared.loc[structure]
        value, low, high = (float(row[key]) for key in ("difference", "low", "high"))
        difference = Interval(value, low, high, self.confidence, int(row["n"]))
        shown = pd.DataFrame({self.names[1]: pairs["b"], self.names[0]: pairs["a"]})  # the chart draws second minus first
        finite = shown[np.isfinite(shown.to_numpy()).all(axis=1)]
        return paired_chart(finite, difference, f"{label}, {display(structure)}")

    def __repr__(self) -> str:
        return f"{self._said()}\n{_short(self.table).to_string()}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._said())}</p>{_short(self.table).to_html()}"

    def _said(self) -> str:
        n = self.values.index.get_level_values("id").nunique()
        a, b = (name if name == side else f"{name} ({side})" for name, side in zip(self.names, "ab", strict=True))
        said = f"{_LABELS.get(self.metric, self.metric)}: {a} – {b}, {n} shared {'case' if n == 1 else 'cases'}"
        for name, ids in zip(self.names, (self.only_a, self.only_b), strict=True):
            if ids:
                said += f"; {len(ids)} only in {name}: {', '.join(ids[:3])}{', …' if len(ids) > 3 else ''}"
        return said


def _short(table: pd.DataFrame) -> pd.DataFrame:
    return table[[name for name in _SHORT if name in table]].round(4)
