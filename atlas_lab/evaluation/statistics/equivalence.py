"""Are two models the same, for all that matters? A difference that is not significant does not say so."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.given import check_pairs, check_share
from atlas_lab.evaluation.statistics.intervals import Interval


@dataclass(frozen=True)
class Equivalence:
    """The mean difference a - b, with the interval (1 - 2 alpha) that must lie within `margin` on both sides of 0."""

    difference: Interval
    margin: float
    p: float
    alpha: float

    @property
    def equivalent(self) -> bool:
        """Whether the difference is shown to be smaller than the margin."""
        return self.p < self.alpha


def equivalence(a: Any, b: Any, margin: float, *, alpha: float = 0.05) -> Equivalence:
    """Two one-sided paired t-tests (Schuirmann 1987) that the mean of a - b lies between -margin and margin.

    `margin` is in the unit of the values and has no default: it is what you declare negligible before you look. `p` is the
    larger of the two. InputError: fewer than two cases, a margin that is not above 0, NaN, other lengths.
    """
    first, second = check_pairs(a, b)
    check_share(alpha, "alpha")
    if not isinstance(margin, int | float) or not 0 < margin < np.inf:
        raise InputError(f"margin={margin!r}: declare the difference that does not matter, a number above 0")
    differences = first - second
    n, mean = len(differences), float(differences.mean())
    if n < 2:
        raise InputError("an equivalence test needs at least two cases, here is 1")
    if np.ptp(differences) == 0:
        return Equivalence(Interval(mean, mean, mean, 1 - 2 * alpha, n), margin, 0.0 if abs(mean) < margin else 1.0, alpha)
    above = stats.ttest_1samp(differences, -margin, alternative="greater")
    below = stats.ttest_1samp(differences, margin, alternative="less")
    half = stats.t.ppf(1 - alpha, n - 1) * stats.sem(differences)
    interval = Interval(mean, mean - half, mean + half, 1 - 2 * alpha, n)
    return Equivalence(interval, margin, float(max(above.pvalue, below.pvalue)), alpha)
