"""Many structures or cases in a few numbers, with what was left out of them."""

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.scoring.measured import COUNTED, CUT

METRICS = ("dsc", "iou", "precision", "recall", "nsd", "hd", "hd95", "assd")


def summary(table: pd.DataFrame, *, by: str = "structure", cut: bool = False) -> pd.DataFrame:
    """One row a structure (or another level or column `by`): n, mean of each metric, median HD95, what was left out.

    `table` is one of `score`, or several below each other. A mean holds the rows whose truth has the whole structure, missed
    ones included, whose precision is then 0 (with `cut` also those that the field of view cuts). Distances of missed
    structures are infinite: their means and medians say so, and `missed` counts them. `left_out` names the flags of the other
    rows and how many there are.
    InputError: no column `flag`, nothing called `by`.
    """
    if "flag" not in table:
        raise InputError("summary: this table has no column 'flag'; give one that score(…) made")
    rows = table.reset_index()
    if by not in rows:
        raise InputError(f"by={by!r}: the table has {', '.join(map(str, rows.columns))}")
    counted = rows["flag"].isin([*COUNTED, *CUT] if cut else COUNTED)
    metrics = [name for name in METRICS if name in rows]
    found = []
    for value, part in rows.groupby(by, sort=False):
        kept, left = part[counted[part.index]], part[~counted[part.index]]
        row = {by: value, "n": len(kept), "missed": int(kept["flag"].str.endswith(("missed", "not predicted")).sum())}
        row |= {name: kept[name].fillna(0).mean() if len(kept) else np.nan for name in metrics}  # NaN: nothing predicted
        row["hd95_median"] = kept["hd95"].median() if len(kept) else np.nan
        row["left_out"] = "; ".join(f"{flag}: {n}" for flag, n in left["flag"].value_counts().items())
        found.append(row)
    columns = [by, "n", "missed", *metrics, "hd95_median", "left_out"]
    return pd.DataFrame(found, columns=columns).set_index(by)
