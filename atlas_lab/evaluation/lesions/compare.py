"""Does one model find more lesions than another, at the same price in false positives?"""

from dataclasses import dataclass

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.evaluation.lesions.counts import resamples, with_lesions
from atlas_lab.evaluation.lesions.detections import Detections
from atlas_lab.evaluation.lesions.froc import check_rates, sensitivity_at, tails
from atlas_lab.evaluation.statistics.given import check_share
from atlas_lab.evaluation.statistics.intervals import Interval


@dataclass(frozen=True)
class SensitivityComparison:
    """The sensitivities of two models on the same cases at one rate of false positives, a - b, and the two-sided p."""

    a: Interval
    b: Interval
    difference: Interval
    p: float
    false_positives_per_case: float


def compare_sensitivity(
    a: Detections,
    b: Detections,
    false_positives_per_case: float,
    n_bootstrap: int = 1000,
    seed: int = 0,
    *,
    confidence: float = 0.95,
) -> SensitivityComparison:
    """The difference of the sensitivities of `a` and `b`, each with at most so many false positives per case.

    Intervals are percentiles over resamples of the cases, the same cases for both; each resample finds its thresholds
    again. `p` is twice the smaller share of resamples in which the difference is at most, or at least, 0 (Efron and
    Tibshirani 1993), never below 2 / (n_bootstrap + 1). InputError: other cases (named), other lesions in a case, another
    rule of matching, no lesion.
    """
    rate = check_rates(false_positives_per_case)
    check_share(confidence, "confidence")
    if len(rate) != 1:
        raise InputError(f"false_positives_per_case={false_positives_per_case!r}: models are compared at one rate")
    ids = list(a.cases)
    if differing := sorted(a.cases.keys() ^ b.cases.keys()):
        shown = ", ".join(differing[:5]) + (" …" if len(differing) > 5 else "")
        raise InputError(f"{len(differing)} cases are not in both models: {shown}; compare them on the same cases")
    if a.matched_by != b.matched_by:
        raise InputError(f"a was matched by {a.matched_by}, b by {b.matched_by}; match both by one rule")
    b = Detections({id: b.cases[id] for id in ids})
    for id, of_a, of_b in zip(ids, a.counts.lesions, b.counts.lesions, strict=True):
        if of_a != of_b:
            raise InputError(f"{id}: the truth of a has {of_a} lesions, that of b {of_b}; score both models against one truth")
    weights = with_lesions(resamples(len(ids), n_bootstrap, seed), a.counts)
    weights = np.concatenate([np.ones((1, len(ids)), weights.dtype), weights])  # first the cases as they are
    of_a, of_b = (sensitivity_at(model.counts, weights, rate)[:, 0] for model in (a, b))
    difference = of_a - of_b
    drawn = difference[1:]
    fewer = min(np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0))
    p = min(2 * (int(fewer) + 1) / (len(drawn) + 1), 1.0)
    first, second, third = (_interval(values, confidence, len(ids)) for values in (of_a, of_b, difference))
    return SensitivityComparison(first, second, third, p, rate[0])


def _interval(values: np.ndarray, confidence: float, n: int) -> Interval:
    low, high = np.quantile(values[1:], tails(confidence))
    return Interval(float(values[0]), float(low), float(high), confidence, n)
