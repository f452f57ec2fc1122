"""Probabilities that mean what they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.evaluation.calibration import calibration
from atlas_lab.evaluation.statistics import proportion


def test_six_patients_in_two_bins_by_hand():
    """Below 0.5: mean 0.2, a third true. Above: mean 0.8, two thirds true."""
    result = calibration([0.1, 0.2, 0.3, 0.7, 0.8, 0.9], [0, 0, 1, 1, 1, 0], bins=2)
    assert result.table["n"].tolist() == [3, 3]
    assert result.table["probability"].tolist() == pytest.approx([0.2, 0.8])
    assert result.table["true"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert result.table.loc[0, ["true_low", "true_high"]].tolist() == [proportion(1, 3).low, proportion(1, 3).high]
    assert (result.ece, result.mce) == pytest.approx((2 / 15, 2 / 15))
    assert result.brier == pytest.approx((0.01 + 0.04 + 0.49 + 0.09 + 0.04 + 0.81) / 6)


def test_ece_weighs_by_number_and_mce_does_not():
    result = calibration([0.1] * 9 + [0.9], [False] * 10, bins=5)
    assert result.ece == pytest.approx(0.9 * 0.1 + 0.1 * 0.9)
    assert result.mce == pytest.approx(0.9)


def test_a_bin_holds_its_lower_edge_and_the_last_one_also_1():
    result = calibration([0, 0.25, 0.5, 0.75, 1], [0, 0, 1, 1, 1], bins=4)
    assert result.table["n"].tolist() == [1, 1, 1, 2]
    assert result.table["low"].tolist() == [0, 0.25, 0.5, 0.75]


def test_an_empty_bin_says_that_it_knows_nothing():
    result = calibration([0.9], [True], bins=2)
    assert result.table["n"].tolist() == [0, 1]
    assert math.isnan(result.table.loc[0, "true"])
    assert result.table.loc[0, ["true_low", "true_high"]].tolist() == [0, 1]
    assert result.ece == pytest.approx(0.1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.integers(1, 12))
def test_the_bins_are_those_of_a_loop(samples, bins):
    probability, truth = map(np.array, zip(*samples, strict=True))
    result = calibration(probability, truth, bins)
    gap = 0.0
    for number in range(bins):
        inside = (np.minimum(np.floor(probability * bins), bins - 1)) == number
        assert result.table.loc[number, "n"] == inside.sum()
        if inside.any():
            gap += inside.sum() * abs(probability[inside].mean() - truth[inside].mean())
    assert result.ece == pytest.approx(gap / len(probability))
    assert 0 <= result.ece <= result.mce + 1e-12 <= 1 + 1e-9


def test_voxels_that_are_what_they_say_are_calibrated_and_overconfidence_is_seen():
    rng = np.random.default_rng(0)
    probability = rng.random((40, 40, 40), np.float32)
    truth = rng.random(probability.shape) < probability
    assert calibration(probability, truth).ece < 0.01
    overconfident = np.clip(1.5 * probability - 0.25, 0, 1)
    assert calibration(overconfident, truth).ece > 0.08


def test_a_mask_chooses_what_counts():
    probability, truth = np.zeros((4, 4, 4)), np.zeros((4, 4, 4), bool)
    probability[:2, 0, 0], truth[0, 0, 0] = 0.8, True
    inside = probability > 0
    result = calibration(probability, truth, mask=inside)
    assert (result.n, result.ece) == (2, pytest.approx(0.3))
    assert calibration(probability, truth).ece < 0.02  # the background hides it


def test_what_is_no_probability_is_refused():
    with pytest.raises(InputError, match="probability: holds -1 to 3; take the softmax or sigmoid of scores first"):
        calibration([-1.0, 3.0], [0, 1])
    with pytest.raises(InputError, match="probability: 1 of 2 values are NaN or infinite"):
        calibration([0.5, math.nan], [0, 1])
    with pytest.raises(InputError, match=r"probability has shape \(2,\) and truth \(3,\)"):
        calibration([0.5, 0.5], [0, 1, 1])
    with pytest.raises(InputError, match="truth: must be True or False, or 0 and 1"):
        calibration([0.5, 0.5], [0, 2])
    with pytest.raises(InputError, match=r"mask must be bool of shape \(2,\), not int64 of shape \(2,\)"):
        calibration([0.5, 0.5], [0, 1], mask=[1, 0])
    with pytest.raises(InputError, match="nothing to count"):
        calibration([0.5, 0.5], [0, 1], mask=[False, False])
    with pytest.raises(InputError, match="bins=0: give a whole number"):
        calibration([0.5], [1], bins=0)
    with pytest.raises(InputError, match="must be numbers from 0 to 1, not <U3"):
        calibration(["0.5"], [1])
