"""What weighted distances say: their mean, the share within a tolerance, a percentile, without sorting them all."""

from dataclasses import dataclass

import numba
import numpy as np

_BINS = 1024
_TIE = 1e-9  # a share that is so close to a percentile reaches it or not by rounding alone


@dataclass(frozen=True)
class Distances:
    """Distances in mm of one surface's elements to another surface, and the elements' weights (mm², or 1 a voxel)."""

    mm: np.ndarray
    weights: np.ndarray

    @property
    def weight(self) -> float:
        return float(self.weights.sum())

    @property
    def total(self) -> float:
        """Distance times weight, summed; the mean is `total / weight`."""
        return float(self.mm @ self.weights) if np.isfinite(self.mm).all() else np.inf

    @property
    def largest(self) -> float:
        return float(self.mm.max(initial=0.0)) if self.mm.size else np.inf

    def within(self, mm: float) -> float:
        """The weight of the elements at most `mm` away."""
        return float(self.weights[self.mm <= mm].sum())

    def weighted_percentile(self, percent: float) -> float:
        """The smallest distance up to which `percent` of the weight lies; inf without elements."""
        if not self.mm.size:
            return np.inf
        found = float(_weighted_percentile(self.mm, self.weights, percent / 100))
        return self._as_rounded(percent) if np.isnan(found) else found

    def linear_percentile(self, percent: float) -> float:
        """NumPy's linearly interpolated percentile of the distances, whatever their weights; inf without elements."""
        if not self.mm.size or np.isinf(self.mm).any():
            return np.inf
        return float(np.percentile(self.mm, percent))

    def _as_rounded(self, percent: float) -> float:
        """The percentile where rounding decides: summed as DeepMind's surface-distance sums, so that both round alike."""
        order = np.lexsort((self.weights, self.mm))
        reached = np.cumsum(self.weights[order]) / np.sum(self.weights[order])
        first = min(int(np.searchsorted(reached, percent / 100)), self.mm.size - 1)
        return float(self.mm[order[first]])

    def __add__(self, other: "Distances") -> "Distances":
        """Both surfaces' distances in one pool."""
        return Distances(np.concatenate([self.mm, other.mm]), np.concatenate([self.weights, other.weights]))


@numba.njit(cache=True, nogil=True)
def _weighted_percentile(distances: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Weights are summed in bins first; only the distances of the bin in which the percentile lies are sorted.

    NaN where the share is so close to what a distance reaches that rounding decides.
    """
    largest = distances.max()
    if largest == 0 or np.isinf(largest):
        return largest
    bins = np.zeros(_BINS)
    scale = (_BINS - 1) / largest
    for n in range(distances.size):
        bins[int(distances[n] * scale)] += weights[n]
    goal, tie = share * bins.sum(), _TIE * bins.sum()
    before, bin = 0.0, 0
    while bin < _BINS - 1 and before + bins[bin] < goal - tie:
        before += bins[bin]
        bin += 1
    inside = np.flatnonzero((distances * scale).astype(np.int64) == bin)
    for n in inside[np.argsort(distances[inside])]:
        before += weights[n]
        if abs(before - goal) <= tie:
            return np.nan
        if before > goal:
            return distances[n]
    return largest
