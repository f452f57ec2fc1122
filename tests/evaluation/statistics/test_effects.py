"""How large a difference is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.effects import cliffs_delta, cohens_dz, probability_of_superiority, rank_biserial

NUMBERS = st.lists(st.integers(-5, 5), min_size=1, max_size=12)


def test_dz_is_the_mean_difference_in_its_standard_deviations():
    assert cohens_dz([3, 5, 7], [2, 3, 4]) == pytest.approx(2 / 1)
    assert cohens_dz([1, 2], [1, 2]) == 0
    assert cohens_dz([2, 3], [1, 2]) == math.inf
    assert cohens_dz([1, 2], [2, 3]) == -math.inf


def test_rank_biserial_is_the_share_for_less_the_share_against():
    assert rank_biserial([1, 2, -3, 4], [0] * 4) == pytest.approx((1 + 2 + 4 - 3) / 10)
    assert rank_biserial([1, 5], [1, 2]) == 1
    assert rank_biserial([1, 2], [1, 2]) == 0


@given(NUMBERS, NUMBERS)
def test_superiority_counts_all_pairs(a, b):
    above = np.mean([(x > y) + 0.5 * (x == y) for x in a for y in b])
    assert probability_of_superiority(a, b) == pytest.approx(above)
    assert cliffs_delta(a, b) == pytest.approx(2 * above - 1)
    assert probability_of_superiority(b, a) == pytest.approx(1 - above)


def test_an_empty_group_has_no_effect():
    with pytest.raises(InputError, match="b: is empty"):
        cliffs_delta([1], [])
