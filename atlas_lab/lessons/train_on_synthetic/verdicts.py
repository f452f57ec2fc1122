"""What the arms say: DSC with intervals over patients, and whether one is as good as another."""

import math
from collections.abc import Mapping

import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics import bootstrap, equivalence
from atlas_lab.lessons.train_on_synthetic.judging import TOO_FEW, by_radius
from atlas_lab.lessons.train_on_synthetic.running import Results
from atlas_lab.lessons.train_on_synthetic.setting import REAL, Setting
from atlas_lab.runs import record

MARGIN = 0.05  # DSC: a difference that would change nobody's mind, declared before anything was trained
ENOUGH_PATIENTS = 12  # below it a verdict would be chance


def dsc_table(results: Results) -> pd.DataFrame:
    """The mean DSC of each arm and look, with the interval of a bootstrap over patients (mean of seeds first)."""
    rows = {}
    for key, part in results.patients.groupby(["arm", "look"], sort=False):
        found = bootstrap(part.groupby("case")["dsc"].mean(), seed=0)
        rows[key] = {"value": found.value, "low": found.low, "high": found.high, "n": found.n, "seeds": part["seed"].nunique()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["arm", "look"])


def record_dsc(table: pd.DataFrame, claims: Mapping[str, str]) -> None:
    """Put each row of a `dsc_table` into the run, in %; an arm's claim is answered where there are 12 patients or more."""
    for row in table.reset_index().to_dict("records"):
        claim = claims.get(str(row["arm"])) if row["n"] >= ENOUGH_PATIENTS else None
        ends = (100 * row["low"], 100 * row["high"])
        record(f"DSC {row['arm']}, {row['look']}", 100 * row["value"], ci=ends, n=int(row["n"]), unit="DSC %", claim=claim)


def equivalences(results: Results, reference: str = REAL, *, margin: float = MARGIN) -> pd.DataFrame:
    """Each arm minus `reference`, patient by patient, on each look: are they equal, within `margin`?

    `low` and `high` are the 90 % interval of two one-sided tests (Schuirmann 1987), which must lie within the margin. With
    fewer than 12 patients nothing is decided. InputError: no such arm.
    """
    if reference not in set(results.patients["arm"]):
        raise InputError(f"there is no arm {reference!r}; there are {', '.join(results.patients['arm'].unique())}")
    rows = {}
    for look, part in results.patients.groupby("look", sort=False):
        table = part.groupby(["case", "arm"])["dsc"].mean().unstack("arm")
        for arm in (name for name in part["arm"].unique() if name != reference):
            found = equivalence(table[arm], table[reference], margin)
            span = found.difference
            row = {"value": span.value, "low": span.low, "high": span.high, "n": span.n, "p": found.p}
            rows[arm, look] = row | {"verdict": _verdict(span.value, span.low, span.high, span.n, found.p, margin)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["arm", "look"])


def sensitivities(results: Results, setting: Setting) -> pd.DataFrame:
    """`by_radius` of every arm and look, one below the other."""
    tables = {
        key: by_radius(part, setting) for key, part in results.lesions.groupby(["arm", "look"], sort=False)
    }  # fmt: skip
    return pd.concat(tables, names=["arm", "look"])


def _verdict(value: float, low: float, high: float, n: int, p: float, margin: float) -> str:
    if n < ENOUGH_PATIENTS or not math.isfinite(p):
        return TOO_FEW
    if p < 0.05:
        return f"as good, within {100 * margin:g} points"
    if high < 0 and value < -margin:
        return "worse"
    if low > 0 and value > margin:
        return "better"
    return "not shown to be as good"
