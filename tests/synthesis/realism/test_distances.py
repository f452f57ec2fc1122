"""Distances of samples, and what chance gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from atlas_lab.synthesis.realism.distances import Sample, distance
from atlas_lab.synthesis.realism.distances import _wasserstein as wasserstein

NUMBERS = arrays(float, st.integers(1, 9), elements=st.floats(-50, 50, width=32))


def sample(values, per_patient=1):
    return Sample.of(np.asarray(values), np.array([f"p{row // per_patient}" for row in range(len(values))]))


@given(NUMBERS, NUMBERS)
def test_it_is_scipys_wasserstein_distance(a, b):
    assert wasserstein(a, b) == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-9)


def test_two_samples_of_one_kind_are_as_far_apart_as_chance_has_it():
    rng = np.random.default_rng(3)
    found = distance(sample(rng.normal(size=40)), sample(rng.normal(size=40)), seed=0)
    assert found.p > 0.05
    assert 0.5 * found.floor < found.interval.value < 2 * found.floor


def test_a_shift_is_found_with_its_size():
    rng = np.random.default_rng(4)
    found = distance(sample(rng.normal(0, 5, 40)), sample(rng.normal(12, 5, 40)), seed=0)
    assert found.p < 0.01
    assert found.interval.low < 12 < found.interval.high
    assert found.interval.low > found.floor
    assert found.ks > 0.5
    assert found.interval.n == 80


def test_lesions_of_a_patient_are_one_piece_of_evidence():
    rng = np.random.default_rng(5)
    first, second = (np.repeat(rng.normal(shift, 1, 5), 8) for shift in (0, 0.8))
    alone = distance(sample(first), sample(second), seed=0)
    together = distance(sample(first, 8), sample(second, 8), seed=0)
    assert alone.p < 0.05 < together.p
    assert together.interval.high - together.interval.low > alone.interval.high - alone.interval.low


def test_curves_are_compared_by_the_difference_of_their_means_and_need_not_be_whole():
    curves = np.zeros((6, 4))
    curves[0, 1] = np.nan
    found = distance(sample(curves), sample(np.full((6, 4), 3.0)), seed=0)
    assert found.interval.value == pytest.approx(3)
    assert np.isnan(found.ks)


def test_what_could_not_be_measured_on_one_side_has_no_distance():
    found = distance(sample([1.0, 2.0]), sample([np.nan, np.nan]), seed=0)
    assert np.isnan([found.interval.value, found.p, found.floor]).all()
