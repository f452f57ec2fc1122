"""Free-response ROC: lesions found against false positives per case (Bunch et al., SPIE 1977)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.lesions.counts import Counts, resamples, with_lesions

LUNA_RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # Setio et al., Medical Image Analysis 2017


def froc(counts: Counts, n_bootstrap: int, seed: int, confidence: float) -> pd.DataFrame:
    """A row a threshold, highest first: false positives per case, sensitivity, and its interval at that threshold."""
    n_cases = len(counts.lesions)
    weights = with_lesions(resamples(n_cases, n_bootstrap, seed), counts)
    weights = np.concatenate([np.ones((1, n_cases), weights.dtype), weights])  # first the cases as they are
    lesions = (weights @ counts.lesions)[:, None]
    parts = []
    for block, hits, false_positives in counts.curve(weights):
        sensitivity = hits / lesions
        low, high = np.quantile(sensitivity[1:], tails(confidence), axis=0)
        columns = (counts.thresholds[block], false_positives[0] / n_cases, sensitivity[0], low, high)
        parts.append(np.stack(columns, axis=1))
    names = ["threshold", "false_positives_per_case", "sensitivity", "low", "high"]
    return pd.DataFrame(np.concatenate(parts) if parts else np.zeros((0, 5)), columns=names)


def sensitivity_at(counts: Counts, weights: np.ndarray, rates: Sequence[float]) -> np.ndarray:
    """The sensitivity with at most so many false positives per case, (resamples, rates), for weights (resamples, cases).

    A step: that of the lowest threshold which keeps the rate, 0 where none does. (LUNA16's script draws straight lines
    between operating points, so that it also credits rates that no threshold reaches.)
    """
    allowed = np.asarray(rates)[:, None, None] * weights.sum(axis=1)[:, None] + 1e-9
    best = np.zeros((len(rates), len(weights)))
    for _, hits, false_positives in counts.curve(weights):
        best = np.maximum(best, np.where(false_positives <= allowed, hits, 0).max(axis=2))
    return (best / (weights @ counts.lesions)).T


def check_rates(rates: Any) -> tuple[float, ...]:
    """False positives per case, one or more numbers. InputError: none, or one that is negative or not finite."""
    try:
        checked = tuple(float(rate) for rate in np.atleast_1d(rates))
    except (TypeError, ValueError):
        checked = ()
    if not checked or not all(np.isfinite(rate) and rate >= 0 for rate in checked):
        raise InputError(f"false_positives_per_case={rates!r}: give numbers, 0 or more")
    return checked


def tails(confidence: float) -> tuple[float, float]:
    """The two quantiles between which an interval of that confidence lies."""
    return (1 - confidence) / 2, (1 + confidence) / 2
