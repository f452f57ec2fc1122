"""Pairs of real and synthetic lesions of one size: else an observer would only tell large from small."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from atlas_lab.errors import InputError
from atlas_lab.synthesis.realism.lesions import Lesions

RATIO = 1.25  # the larger diameter of a pair is at most this many times the smaller one

_FAR = 1e6


def matched(real: Lesions, synthetic: Lesions) -> tuple[Lesions, Lesions]:
    """As many pairs as there are of diameters within a quarter of each other, with the least difference in all.

    Each lesion is in one pair at most; the two answers have one length, pair by pair. InputError: there is no pair.
    """
    cost = np.abs(np.log(real.diameters[:, None]) - np.log(synthetic.diameters))
    first, second = linear_sum_assignment(np.where(cost <= np.log(RATIO), cost, _FAR))
    fits = cost[first, second] <= np.log(RATIO)
    if not fits.any():
        raise InputError(
            f"no real lesion is as large as a synthetic one: medians {np.median(real.diameters):.0f} and "
            f"{np.median(synthetic.diameters):.0f} mm; make synthetic ones of the real ones' sizes"
        )
    return real.take(first[fits]), synthetic.take(second[fits])
