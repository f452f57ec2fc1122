"""What every curve is counted from: hits and false positives of each case by confidence, and of each resample of cases."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from atlas_lab.errors import InputError

_AT_ONCE = 512  # thresholds; 1,000 resamples of them take 4 MB


@dataclass(frozen=True)
class Counts:
    """Per case the number of lesions; per event (a lesion that is hit, a false positive) its case and confidence's rank.

    `thresholds` are the distinct confidences, highest first; an event counts at all thresholds from its rank on.
    """

    lesions: np.ndarray
    case: np.ndarray
    rank: np.ndarray
    hit: np.ndarray
    thresholds: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame, case: np.ndarray, n_cases: int) -> "Counts":
        """Of rows as in `Detection.table`, each of a case (0 and up). InputError: no lesion in any case."""
        truth = (table["kind"] == "truth").to_numpy()
        lesions = np.bincount(case[truth], minlength=n_cases)
        if not lesions.sum():
            raise InputError(f"none of the {n_cases} cases has a lesion in its truth; a sensitivity needs one")
        hit = truth & (table["outcome"] == "hit").to_numpy()
        event = hit | (table["outcome"] == "false positive").to_numpy()
        falling, rank = np.unique(-table["confidence"].to_numpy(float)[event], return_inverse=True)
        return cls(lesions, case[event], rank, hit[event], -falling)

    def curve(self, weights: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Lesions hit and false positives at each threshold, (resamples, thresholds), for weights (resamples, cases).

        In blocks of thresholds: their slice, and both counts.
        """
        totals = np.zeros((2, len(weights), 1))
        for start in range(0, len(self.thresholds), _AT_ONCE):
            block = slice(start, min(start + _AT_ONCE, len(self.thresholds)))
            inside = (self.rank >= block.start) & (self.rank < block.stop)
            both = np.stack([self._added(weights, inside & self.hit, block), self._added(weights, inside & ~self.hit, block)])
            both = totals + both.cumsum(axis=2)
            totals = both[:, :, -1:]
            yield block, both[0], both[1]

    def _added(self, weights: np.ndarray, event: np.ndarray, block: slice) -> np.ndarray:
        """What each threshold of a block adds in each resample."""
        where = (self.rank[event] - block.start, self.case[event])
        shape = (block.stop - block.start, len(self.lesions))
        return np.asarray(sparse.csr_array((np.ones(int(event.sum())), where), shape) @ weights.T).T


def resamples(n_cases: int, n_bootstrap: int, seed: int) -> np.ndarray:
    """How often each case is drawn, (n_bootstrap, n_cases): cases with replacement. InputError: fewer than 100 resamples."""
    if not isinstance(n_bootstrap, int) or n_bootstrap < 100:
        raise InputError(f"n_bootstrap={n_bootstrap!r} must be at least 100; the ends of an interval need a thousand")
    drawn = np.random.default_rng(seed).integers(n_cases, size=(n_bootstrap, n_cases))
    drawn += np.arange(n_bootstrap)[:, None] * n_cases
    return np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape)


def with_lesions(weights: np.ndarray, counts: Counts) -> np.ndarray:
    """The resamples that drew a lesion: in the others a sensitivity is not defined."""
    return weights[weights @ counts.lesions > 0]
