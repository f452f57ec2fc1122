"""The tables on the page of an evaluation."""

from collections.abc import Sequence

import pandas as pd

from atlas_lab.evaluation.folders.result import Evaluation
from atlas_lab.evaluation.scoring import summary
from atlas_lab.evaluation.scoring.measured import CUT

_SUMMARY = ["n", "missed", "left_out", "dsc", "nsd", "hd95_median", "assd", "precision", "recall"]
_SCORES = ["flag", "dsc", "nsd", "hd95", "assd", "volume_ml", "truth_volume_ml"]
_MOST_ROWS = 2000  # on the page; scores.csv has all of them


def summary_table(evaluation: Evaluation) -> pd.DataFrame:
    """The summary, and n and DSC with those that the field of view cuts, where it cuts any and leaves them out."""
    table, shown = evaluation.table, _columns(evaluation.summary, _SUMMARY)
    cut = set(table.index[table["flag"].isin(CUT)].get_level_values("structure"))
    if evaluation.cut or not cut:
        return shown
    both = summary(table, cut=True).loc[shown.index]
    more = {f"{name}_with_cut": [both.loc[row, name] if row in cut else None for row in both.index] for name in ("dsc", "n")}
    for name, values in more.items():
        shown.insert(list(shown.columns).index("dsc") + 1, name, pd.Series(values, shown.index, dtype=object))
    return shown


def by_site_table(evaluation: Evaluation) -> pd.DataFrame:
    """The summary of each site."""
    return _columns(evaluation.by_site, _SUMMARY)


def scores_table(table: pd.DataFrame) -> pd.DataFrame:
    """All rows for the page, none where they are too many; what is absent from both sides has no distance to show."""
    if len(table) > _MOST_ROWS:
        return table.iloc[:0]
    distances = [name for name in ("hd95", "assd") if name in table]
    return _columns(table.assign(**{name: table[name].mask(table["flag"] == "absent") for name in distances}), _SCORES)


def left_out_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a structure: how many rows of each flag the means do not hold."""
    left = evaluation.table[~evaluation.table["flag"].isin(evaluation.averaged)]
    counts = left.groupby(level="structure", sort=False)["flag"].value_counts().unstack(fill_value=0)
    return counts.astype(int).loc[[name for name in evaluation.summary.index if name in counts.index]]


def _columns(frame: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    return frame[[name for name in wanted if name in frame]]
