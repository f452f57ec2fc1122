"""How large a difference is, which a p-value does not say."""

import math
from typing import Any

import numpy as np
from scipy import stats

from atlas_lab.evaluation.statistics.given import check_numbers, check_pairs


def cohens_dz(a: Any, b: Any) -> float:
    """The mean of a - b over its standard deviation, same cases (Cohen 1988); infinite where every case differs by the same.

    InputError: NaN, other lengths, Series with other cases or another order.
    """
    first, second = check_pairs(a, b)
    differences = first - second
    mean = float(differences.mean())
    if np.ptp(differences) == 0:
        return math.copysign(math.inf, mean) if mean else 0.0
    return mean / float(differences.std(ddof=1))


def rank_biserial(a: Any, b: Any) -> float:
    """The share of rank sums that favours a minus the share that favours b, same cases (Kerby 2014): from -1 to 1.

    The effect size of the Wilcoxon signed-rank test; cases without a difference are left out, 0 where none is left.
    InputError: NaN, other lengths, Series with other cases or another order.
    """
    first, second = check_pairs(a, b)
    differences = (first - second)[first != second]
    ranks = stats.rankdata(np.abs(differences))
    return float(np.sum(np.sign(differences) * ranks) / ranks.sum()) if ranks.size else 0.0


def cliffs_delta(a: Any, b: Any) -> float:
    """How often a value of `a` is above one of `b` minus how often below, over all pairs of two groups (Cliff 1993): -1 to 1."""
    return 2 * probability_of_superiority(a, b) - 1


def probability_of_superiority(a: Any, b: Any) -> float:
    """How often a random value of `a` is above a random value of `b`, ties half (Vargha and Delaney 2000): 0 to 1.

    The groups are independent and may differ in size. InputError: NaN, an empty group.
    """
    first, second = check_numbers(a, "a"), check_numbers(b, "b")
    ranks = stats.rankdata(np.concatenate([first, second]))[: len(first)]
    return float((ranks.mean() - (len(first) + 1) / 2) / len(second))
