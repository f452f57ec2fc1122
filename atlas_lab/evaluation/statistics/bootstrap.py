"""The interval of any statistic, by drawing the patients again."""

import math
import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.given import check_choice, check_numbers, check_share
from atlas_lab.evaluation.statistics.intervals import Interval

_DRAWN_AT_ONCE = 2**22  # indices, 32 MiB


def bootstrap(
    values: Any,
    statistic: Callable[[np.ndarray], Any] = np.mean,
    *,
    groups: Any = None,
    method: Literal["bca", "percentile"] = "bca",
    n_resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """`statistic(values)` with its bootstrap interval: BCa (Efron, JASA 1987) or plain percentiles.

    `groups` names the patient of each value: whole patients are drawn, and left out for the acceleration, since lesions of
    one patient are alike; `n` then counts patients. A statistic of more than one column takes the row numbers as values:
    `bootstrap(np.arange(n), lambda rows: f(a[rows], b[rows]))`. Where no resample differs the interval is that one value,
    where BCa is not defined (a statistic that no single patient moves) it is the percentiles, and a single patient has no
    interval (NaN). InputError: NaN or infinite values, other lengths, a statistic without a value in some resample.
    """
    check_numbers(values, "values")
    if not callable(statistic):
        raise InputError("statistic: give a function of the values, such as np.median; patients go to groups=")
    numbers = np.asarray(values)  # as given: row numbers stay whole
    check_choice(method, ("bca", "percentile"), "method")
    check_share(confidence, "confidence")
    if n_resamples < 100:
        raise InputError(f"n_resamples={n_resamples} must be at least 100; the ends of an interval need thousands")
    members = _members(groups, len(numbers))
    value = float(statistic(numbers))
    if not math.isfinite(value):
        raise InputError(f"the statistic of all {len(numbers)} values is {value}; it must be a finite number")
    if len(members) < 2:
        return Interval(value, math.nan, math.nan, confidence, len(members))

    def of_patients(drawn: np.ndarray) -> float:
        rows = drawn.astype(int)
        return float(statistic(numbers[rows if groups is None else np.concatenate([members[row] for row in rows])]))

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # told apart below
        result = stats.bootstrap(
            (np.arange(len(members)),), of_patients, vectorized=False, n_resamples=n_resamples,
            batch=max(_DRAWN_AT_ONCE // len(members), 1), confidence_level=confidence,
            method="BCa" if method == "bca" else "percentile", rng=np.random.default_rng(seed),
        )  # fmt: skip
    drawn = result.bootstrap_distribution
    if unusable := int(np.count_nonzero(~np.isfinite(drawn))):
        raise InputError(f"the statistic has no value in {unusable} of {n_resamples} resamples; define it for every draw")
    if np.allclose(drawn, value, rtol=1e-12, atol=0):
        return Interval(value, value, value, confidence, len(members))
    low, high = result.confidence_interval
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(low), float(high), confidence, len(members))


def _members(groups: Any, count: int) -> list[np.ndarray]:
    """The positions of each patient's values; without groups every value is a patient."""
    if groups is None:
        return list(np.arange(count)[:, None])
    names = pd.Series(np.asarray(groups))
    if len(names) != count:
        raise InputError(f"groups names {len(names)} patients, but there are {count} values; name the patient of each value")
    if names.isna().any():
        raise InputError(f"groups: {int(names.isna().sum())} of {count} values have no patient; name the patient of each value")
    return [np.asarray(rows) for rows in names.groupby(names, sort=False).indices.values()]
