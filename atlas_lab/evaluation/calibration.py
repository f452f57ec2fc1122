"""Whether a probability means what it says: of all that is called 70 %, are 70 % true?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.intervals import proportion


@dataclass(frozen=True)
class Calibration:
    """The reliability table and its summaries.

    `table` has one row a bin (index bin, columns low, high, n, probability, true, true_low, true_high): the mean probability
    and the fraction that is true, NaN in an empty bin. `ece` and `mce` are the mean (weighted by n) and the largest gap
    between the two (Naeini et al., AAAI 2015; Guo et al., ICML 2017), `brier` the mean squared error (Brier 1950).
    """

    table: pd.DataFrame
    ece: float
    mce: float
    brier: float
    n: int


def calibration(probability: Any, truth: Any, bins: int = 15, *, mask: Any = None, confidence: float = 0.95) -> Calibration:
    """Calibration of soft predictions of any shape (voxels or patients) in bins of equal width.

    `truth` is bool, or 0 and 1, of the same shape; `mask` (bool) chooses what counts, such as the voxels near the organ: the
    sure background elsewhere makes any model look calibrated. The interval of each fraction is Wilson's, for independent
    samples, which voxels are not. A bin holds its lower edge, the last one also 1. InputError: another shape, a probability
    that is NaN or outside 0..1, a truth that is neither 0 nor 1, nothing to count.
    """
    if not isinstance(bins, int) or bins < 1:
        raise InputError(f"bins={bins!r}: give a whole number, 1 or more")
    predicted, true = np.asarray(probability), np.asarray(truth)
    if predicted.shape != true.shape:
        raise InputError(f"probability has shape {predicted.shape} and truth {true.shape}; they must be the same")
    if mask is not None:
        chosen = np.asarray(mask)
        if chosen.dtype != bool or chosen.shape != predicted.shape:
            raise InputError(f"mask must be bool of shape {predicted.shape}, not {chosen.dtype} of shape {chosen.shape}")
        predicted, true = predicted[chosen], true[chosen]
    predicted, hit = _probabilities(predicted.ravel()), _truth(true.ravel())
    bin_of = np.minimum((predicted * bins).astype(int), bins - 1)
    n = np.bincount(bin_of, minlength=bins)
    with np.errstate(invalid="ignore"):  # an empty bin has no mean
        mean = np.bincount(bin_of, predicted, bins) / n
        fraction = np.bincount(bin_of, hit, bins) / n
    hits = np.bincount(bin_of[hit], minlength=bins)
    intervals = [proportion(k, of, confidence=confidence) for k, of in zip(hits, n, strict=True)]
    edges = np.linspace(0, 1, bins + 1)
    table = pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "n": n,
            "probability": mean,
            "true": fraction,
            "true_low": [interval.low for interval in intervals],
            "true_high": [interval.high for interval in intervals],
        },
        index=pd.RangeIndex(bins, name="bin"),
    )
    used = n > 0
    gaps = np.abs(mean - fraction)[used]
    ece = float(np.average(gaps, weights=n[used]))
    return Calibration(table, ece, float(gaps.max()), float(np.mean((predicted - hit) ** 2)), len(predicted))


def _probabilities(values: np.ndarray) -> np.ndarray:
    if not values.size:
        raise InputError("probability: is empty, there is nothing to count")
    if values.dtype.kind not in "fiub":
        raise InputError(f"probability: must be numbers from 0 to 1, not {values.dtype}")
    if unusable := int(np.count_nonzero(~np.isfinite(values))):
        raise InputError(f"probability: {unusable} of {values.size} values are NaN or infinite")
    if values.min() < 0 or values.max() > 1:
        raise InputError(f"probability: holds {values.min():g} to {values.max():g}; take the softmax or sigmoid of scores first")
    return values.astype(float)


def _truth(values: np.ndarray) -> np.ndarray:
    if values.dtype == bool:
        return values
    if not ((values == 0) | (values == 1)).all():
        raise InputError("truth: must be True or False, or 0 and 1; for label maps compare with one label first")
    return values == 1
