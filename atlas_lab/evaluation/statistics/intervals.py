"""A number with its confidence interval, and the interval of a proportion."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import index
from typing import Literal

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.given import check_choice, check_share

ProportionMethod = Literal["wilson", "clopper_pearson"]

_STATSMODELS = {"wilson": "wilson", "clopper_pearson": "beta"}


@dataclass(frozen=True, repr=False)
class Interval:
    """An estimate and its confidence interval, from `n` observations (patients, lesions, voxels: what was counted).

    `low` and `high` are NaN where nothing can be said about the spread, as with a single patient.
    """

    value: float
    low: float
    high: float
    confidence: float
    n: int

    def __repr__(self) -> str:
        """`0.75 [0.64, 0.83], n = 91`: two digits of the interval's width; a confidence other than 95 % is named."""
        width = self.high - self.low
        if not math.isfinite(width):
            return f"{self.value:.3g} [no interval], n = {self.n}"
        digits = min(max(1 - math.floor(math.log10(width)), 0), 6) if width > 0 else 3
        value, low, high = (f"{number:.{digits}f}" for number in (self.value, self.low, self.high))
        level = "" if self.confidence == 0.95 else f"{100 * self.confidence:g} %: "
        return f"{value} [{level}{low}, {high}], n = {self.n}"


def proportion(k: int, n: int, method: ProportionMethod = "wilson", confidence: float = 0.95) -> Interval:
    """The proportion `k` of `n` with its interval by Wilson (1927) or Clopper and Pearson (1934).

    Wilson's covers 95 % on average, Clopper and Pearson's never less: wider, and what regulators ask for. Nothing observed
    (n = 0) is a value of NaN in the interval 0 to 1. InputError: not whole numbers, k outside 0..n, an unknown method.
    """
    try:
        k, n = index(k), index(n)
    except TypeError:
        raise InputError(f"k={k!r}, n={n!r}: give whole numbers, the count and of how many") from None
    if not 0 <= k <= n:
        raise InputError(f"k={k} must be from 0 to n={n}")
    check_choice(method, tuple(_STATSMODELS), "method")
    check_share(confidence, "confidence")
    if not n:
        return Interval(math.nan, 0.0, 1.0, confidence, 0)
    low, high = proportion_confint(k, n, alpha=1 - confidence, method=_STATSMODELS[method])
    value = k / n
    return Interval(value, min(max(float(low), 0.0), value), max(min(float(high), 1.0), value), confidence, n)


def interval_table(intervals: Mapping[str, Interval]) -> pd.DataFrame:
    """One row an interval, under its name: value, low, high, confidence, n."""
    rows = [asdict(interval) for interval in intervals.values()]
    return pd.DataFrame(rows, index=pd.Index(list(intervals), name="name"), columns=["value", "low", "high", "confidence", "n"])
