"""Areas under ROC curves, against every pair counted one by one."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.delong import auc, compare_auc


def by_brute_force(truth, *scores):
    """The areas and their covariance by DeLong's definition: kernel of every pair, placements, two covariance matrices."""
    truth = np.asarray(truth, bool)
    kernels = []
    for score in scores:
        cases, controls = np.asarray(score)[truth], np.asarray(score)[~truth]
        kernels.append([[(x > y) + 0.5 * (x == y) for y in controls] for x in cases])
    kernel = np.array(kernels)
    covariance = np.cov(kernel.mean(axis=2)) / kernel.shape[1] + np.cov(kernel.mean(axis=1)) / kernel.shape[2]
    return kernel.mean(axis=(1, 2)), np.atleast_2d(covariance)


PATIENTS = st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=30)


@given(PATIENTS)
def test_area_variance_and_test_are_those_of_the_definition(patients):
    truth, a, b = (np.array(column) for column in zip(*patients, strict=True))
    assume(2 <= truth.sum() <= len(truth) - 2)
    areas, covariance = by_brute_force(truth, a, b)
    ours = auc(truth, a)
    assert ours.value == pytest.approx(areas[0])
    if 0 < areas[0] < 1:
        logit, error = math.log(areas[0] / (1 - areas[0])), math.sqrt(covariance[0, 0]) / (areas[0] * (1 - areas[0]))
        expected = [1 / (1 + math.exp(-(logit + sign * 1.959963984540054 * error))) for sign in (-1, 1)]
        assert (ours.low, ours.high) == pytest.approx(expected)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    if variance > 1e-12:
        comparison = compare_auc(truth, a, b)
        assert comparison.z == pytest.approx((areas[0] - areas[1]) / math.sqrt(variance))
        assert comparison.p == pytest.approx(math.erfc(abs(comparison.z) / math.sqrt(2)))
        assert comparison.difference.value == pytest.approx(areas[0] - areas[1], abs=1e-12)


def test_four_patients_by_hand():
    """Cases 0.4 and 0.9, controls 0.1 and 0.5: three of four pairs are right, placements 0.5, 1 and 1, 0.5."""
    interval = auc([1, 1, 0, 0], [0.4, 0.9, 0.1, 0.5])
    assert (interval.value, interval.n) == (0.75, 4)
    error = math.sqrt(0.125 / 2 + 0.125 / 2) / (0.75 * 0.25)
    assert interval.low == pytest.approx(1 / (1 + math.exp(-(math.log(3) - 1.959963984540054 * error))))


def test_a_model_compared_with_itself_or_a_copy_on_another_scale_does_not_differ():
    truth, score = [1, 1, 0, 0, 1], np.array([0.4, 0.9, 0.1, 0.5, 0.6])
    comparison = compare_auc(truth, score, 100 * score)
    assert (comparison.difference.value, comparison.z, comparison.p) == (0, 0, 1)
    assert comparison.a == comparison.b == auc(truth, score)


def test_complete_separation_is_not_certainty():
    """20 cases above 50 controls: as good as 20 of 20 independent pairs, whose exact limit is 0.025 to the power 1/20."""
    truth = np.repeat([True, False], [20, 50])
    perfect, inverted = auc(truth, truth.astype(float)), auc(truth, -truth.astype(float))
    assert (perfect.value, perfect.low, perfect.high) == (1, pytest.approx(0.025 ** (1 / 20)), 1)
    assert (inverted.value, inverted.low, inverted.high) == (0, 0, pytest.approx(1 - 0.025 ** (1 / 20)))


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth = np.repeat([True, False], [25, 60])
    area = 0.95  # of two normal distributions at a distance of 1.645 root 2
    covered = 0
    for _ in range(600):
        interval = auc(truth, rng.normal(size=85) + 1.6448536 * math.sqrt(2) * truth)
        covered += interval.low <= area <= interval.high
    assert 0.92 < covered / 600 < 0.985


def test_a_single_case_has_an_area_and_no_interval():
    interval = auc([1, 0, 0], [2, 1, 3])
    assert interval.value == 0.5
    assert math.isnan(interval.low)


def test_patients_that_make_no_curve_are_refused():
    with pytest.raises(InputError, match="truth: all 3 patients are False; an area needs patients with and without"):
        auc([0, 0, 0], [1, 2, 3])
    with pytest.raises(InputError, match="truth has 2 patients and score has 3"):
        auc([0, 1], [1, 2, 3])
    with pytest.raises(InputError, match="truth: must be True or False"):
        auc([1, 2], [1, 2])
    with pytest.raises(InputError, match="score: 1 of 2 values are NaN"):
        auc([0, 1], [1, math.nan])
    with pytest.raises(InputError, match="at least two patients with and two without"):
        compare_auc([1, 0, 0], [1, 2, 3], [3, 2, 1])
    with pytest.raises(InputError, match="does not vary between patients"):
        compare_auc([1, 1, 0, 0], [2, 2, 1, 1], [1, 1, 1, 1])
