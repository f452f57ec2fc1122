"""How far two samples lie apart, beyond what chance would do to two samples of one kind."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from atlas_lab.evaluation.statistics import Interval

_DRAWS, _CONFIDENCE = 1000, 0.95


@dataclass(frozen=True)
class Distance:
    """A distance with its interval, the one that chance gives on average (`floor`), and how often chance gives as much (`p`).

    Of numbers it is Wasserstein's first (what must be moved how far, in their unit), and `ks` the largest difference between
    the cumulative shares; of curves it is the root mean square of the difference between their means, without `ks`.
    """

    interval: Interval
    floor: float
    p: float
    ks: float


@dataclass(frozen=True, eq=False)
class Sample:
    """Numbers (n,) or curves (n, places), and the patient of each; those that are NaN throughout are left out."""

    values: np.ndarray
    patients: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, patients: np.ndarray) -> "Sample":
        known = np.isfinite(values).reshape(len(values), -1).any(axis=1)
        return cls(values[known].astype(float), patients[known])

    def __len__(self) -> int:
        return len(self.values)


def distance(real: Sample, synthetic: Sample, seed: int) -> Distance:
    """How far apart two samples of one kind lie; all NaN where one is empty.

    The interval draws the patients of each side again, moved by the bootstrap's estimate of the bias (two samples never lie
    nearer than 0, and draws lie farther apart than their samples); `floor` and `p` deal patients out anew to real and
    synthetic. 1000 times each; lesions of one patient stay together.
    """
    if not (len(real) and len(synthetic)):
        return Distance(Interval(np.nan, np.nan, np.nan, _CONFIDENCE, len(real) + len(synthetic)), np.nan, np.nan, np.nan)
    of = _wasserstein if real.values.ndim == 1 else _curves
    whole = of(real.values, synthetic.values)
    rng = np.random.default_rng(seed)
    blocks = [_blocks(side) for side in (real, synthetic)]
    drawn = np.array([of(*(_drawn(side, rng) for side in blocks)) for _ in range(_DRAWS)])
    ends = np.quantile(drawn, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2]) - (drawn.mean() - whole)
    low, high = (max(float(end), 0.0) for end in ends)
    patients = sum(map(len, blocks))
    chance = np.array([of(*_dealt(blocks, rng)) for _ in range(_DRAWS)])
    p = float((1 + np.count_nonzero(chance >= whole - 1e-12)) / (1 + _DRAWS))
    ks = float(stats.ks_2samp(real.values, synthetic.values).statistic) if real.values.ndim == 1 else np.nan
    return Distance(Interval(whole, low, high, _CONFIDENCE, patients), float(chance.mean()), p, ks)


def _blocks(sample: Sample) -> list[np.ndarray]:
    """The values of each patient."""
    return [sample.values[sample.patients == name] for name in np.unique(sample.patients)]


def _drawn(blocks: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([blocks[row] for row in rng.integers(len(blocks), size=len(blocks))])


def _dealt(blocks: list[list[np.ndarray]], rng: np.random.Generator) -> list[np.ndarray]:
    """All patients, as many to each side as it had."""
    every = [*blocks[0], *blocks[1]]
    order, first = rng.permutation(len(every)), len(blocks[0])
    return [np.concatenate([every[row] for row in rows]) for rows in (order[:first], order[first:])]


def _wasserstein(a: np.ndarray, b: np.ndarray) -> float:
    """As scipy.stats.wasserstein_distance, without its checks: it is asked thousands of times."""
    both = np.sort(np.concatenate([a, b]))
    gaps = np.diff(both)
    below = [np.searchsorted(np.sort(one), both[:-1], side="right") / len(one) for one in (a, b)]
    return float(np.abs(below[0] - below[1]) @ gaps)


def _curves(a: np.ndarray, b: np.ndarray) -> float:
    difference = mean_curve(a) - mean_curve(b)
    there = np.isfinite(difference)
    return float(np.sqrt(np.mean(difference[there] ** 2))) if there.any() else 0.0


def mean_curve(curves: np.ndarray) -> np.ndarray:
    """The mean over lesions (n, places) of what is known; NaN where nothing is."""
    known = np.isfinite(curves)
    count = known.sum(axis=0)
    return np.divide(np.where(known, curves, 0).sum(axis=0), count, out=np.full(curves.shape[1], np.nan), where=count > 0)
