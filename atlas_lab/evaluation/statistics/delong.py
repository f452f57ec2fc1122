"""The area under a ROC curve, its interval, and the test between two models on the same patients."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.given import check_numbers, check_share
from atlas_lab.evaluation.statistics.intervals import Interval, proportion


@dataclass(frozen=True)
class AucComparison:
    """Two areas of the same patients, the difference a - b, and DeLong's z and two-sided p."""

    a: Interval
    b: Interval
    difference: Interval
    z: float
    p: float


def auc(truth: Any, score: Any, confidence: float = 0.95) -> Interval:
    """The area under the ROC curve of `score` (higher is positive; ties count half), `truth` bool, n patients.

    Variance by DeLong et al. (Biometrics 1988), computed from mid-ranks (Sun and Xu, IEEE SPL 2014). The interval is
    symmetric on the logit scale, which keeps it within 0..1 and near its confidence for areas close to 1 (Pepe 2003). Where
    the classes separate completely that variance is 0; the interval is then Clopper and Pearson's for as many
    independent pairs as the smaller class has patients. With one patient of a class there is no interval (NaN).
    InputError: one class only, NaN, other lengths.
    """
    positive, scores = _given(truth, score, "score")
    check_share(confidence, "confidence")
    return _interval(*_placements(positive, scores), confidence)


def compare_auc(truth: Any, a: Any, b: Any, confidence: float = 0.95) -> AucComparison:
    """DeLong's test of two correlated areas: the scores `a` and `b` of two models for the same patients.

    The interval of the difference is symmetric. InputError: as for `auc`, fewer than two patients of a class, areas whose
    difference does not vary.
    """
    positive, first = _given(truth, a, "a")
    _, second = _given(truth, b, "b")
    check_share(confidence, "confidence")
    if min(positive.sum(), (~positive).sum()) < 2:
        raise InputError("comparing areas needs at least two patients with and two without")
    (of_first, on_first), (of_second, on_second) = _placements(positive, first), _placements(positive, second)
    difference = float(of_first.mean() - of_second.mean())
    error = math.sqrt(_variance(of_first - of_second, on_first - on_second))
    if error == 0 and difference:
        raise InputError("a and b: DeLong's test is not defined here, the difference of the areas does not vary between patients")
    z = difference / error if error else 0.0
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return AucComparison(
        _interval(of_first, on_first, confidence),
        _interval(of_second, on_second, confidence),
        Interval(difference, max(difference - half, -1.0), min(difference + half, 1.0), confidence, len(positive)),
        z,
        float(2 * stats.norm.sf(abs(z))),
    )


def _given(truth: Any, score: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    scores, classes = check_numbers(score, what), check_numbers(truth, "truth")
    if len(scores) != len(classes):
        raise InputError(f"truth has {len(classes)} patients and {what} has {len(scores)}; give one score a patient")
    if not np.isin(classes, (0, 1)).all():
        raise InputError("truth: must be True or False for each patient")
    if (classes == classes[0]).all():
        raise InputError(f"truth: all {len(classes)} patients are {bool(classes[0])}; an area needs patients with and without")
    return classes.astype(bool), scores


def _placements(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each positive the share of negatives below it, for each negative the share of positives above it; ties half."""
    cases, controls = scores[positive], scores[~positive]
    ranks = stats.rankdata(scores)
    of_cases = (ranks[positive] - stats.rankdata(cases)) / len(controls)
    of_controls = 1 - (ranks[~positive] - stats.rankdata(controls)) / len(cases)
    return of_cases, of_controls


def _variance(of_cases: np.ndarray, of_controls: np.ndarray) -> float:
    return float(of_cases.var(ddof=1) / len(of_cases) + of_controls.var(ddof=1) / len(of_controls))


def _interval(of_cases: np.ndarray, of_controls: np.ndarray, confidence: float) -> Interval:
    area, n = float(of_cases.mean()), len(of_cases) + len(of_controls)
    fewer = min(len(of_cases), len(of_controls))
    if fewer < 2:
        return Interval(area, math.nan, math.nan, confidence, n)
    if area in (0, 1):
        pairs = proportion(round(area) * fewer, fewer, "clopper_pearson", confidence)
        return Interval(area, pairs.low, pairs.high, confidence, n)
    logit = math.log(area / (1 - area))
    half = float(stats.norm.ppf((1 + confidence) / 2)) * math.sqrt(_variance(of_cases, of_controls)) / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-end)) for end in (logit - half, logit + half))
    return Interval(area, low, high, confidence, n)
