"""Percentiles of weighted distances without sorting them all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.evaluation.surfaces.weighted import Distances


@st.composite
def weighted(draw):
    count = draw(st.integers(1, 300))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    mm = rng.choice([rng.random(count) * 50, rng.integers(0, 4, count) * 1.0, np.zeros(count)], axis=0)
    return mm, rng.choice([0.25, 0.7, 1.0, 3.0], count)


@given(weighted(), st.sampled_from([1.0, 50.0, 95.0, 99.9, 100.0]))
def test_a_weighted_percentile_is_where_the_share_of_the_weight_is_reached(some, percent):
    mm, weights = some
    found = Distances(mm, weights).weighted_percentile(percent)
    assert found in mm
    assert weights[mm <= found].sum() >= percent / 100 * weights.sum() * (1 - 1e-9)
    assert weights[mm < found].sum() <= percent / 100 * weights.sum() * (1 + 1e-9)


@given(weighted())
def test_a_linear_percentile_is_numpys(some):
    mm, weights = some
    assert Distances(mm, weights).linear_percentile(95) == pytest.approx(np.percentile(mm, 95))


def test_mean_share_and_largest():
    some = Distances(np.array([0.0, 1, 4]), np.array([2.0, 1, 1]))
    assert (some.total / some.weight, some.largest, some.within(1), some.within(0.99)) == (1.25, 4, 3, 2)


def test_without_a_surface_nothing_is_near():
    none = Distances(np.empty(0), np.empty(0))
    assert [none.largest, none.weighted_percentile(95), none.linear_percentile(95)] == [np.inf] * 3
