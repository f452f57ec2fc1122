"""Agreement of measurements and of readers."""

import math

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.evaluation.agreement import bland_altman, inter_rater

# Peak flow in l/min of 17 subjects by two meters, first readings (Bland and Altman, Lancet 1986, table).
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_the_peak_flow_meters_of_1986():
    """Published: mean difference -2.1, standard deviation 38.8, interval of the bias -22.0 to 17.8."""
    result = bland_altman(LARGE, MINI)
    assert round(result.bias.value, 1) == -2.1
    assert result.table["difference"].std() == pytest.approx(38.8, abs=0.05)
    assert (result.bias.low, result.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (result.lower_limit.value, result.upper_limit.value) == pytest.approx(
        (-2.1 - 1.96 * 38.8, -2.1 + 1.96 * 38.8), abs=0.1
    )
    assert result.table.loc[0].tolist() == [503, -18]


def test_it_says_bias_and_limits_not_all_cases():
    assert repr(bland_altman(LARGE, MINI)) == "BlandAltman(bias -2 [-22, 18], n = 17; limits -78.1 to 73.9)"


def test_the_blood_pressure_monitor_of_1999():
    """85 subjects, mean -16.29 and standard deviation 19.61 mmHg; published limits and their intervals."""
    shape = np.random.default_rng(0).normal(size=85)
    differences = -16.29 + 19.61 * (shape - shape.mean()) / shape.std(ddof=1)
    result = bland_altman(120 + differences, np.full(85, 120.0))
    lower, upper = result.lower_limit, result.upper_limit
    assert [round(lower.value, 1), round(upper.value, 1)] == [-54.7, 22.1]
    assert (lower.low, lower.high) == pytest.approx((-61.9, -47.5), abs=0.1)
    assert (upper.low, upper.high) == pytest.approx((14.9, 29.3), abs=0.15)  # theirs from rounded numbers


def test_cases_keep_their_names():
    a = pd.Series([1.0, 2, 4], index=list("xyz"))
    assert bland_altman(a, [1, 1, 1]).table.loc["z"].tolist() == [2.5, 3]


def test_measurements_that_are_no_pairs_are_refused():
    with pytest.raises(InputError, match="at least two cases, here is 1"):
        bland_altman([1], [2])
    with pytest.raises(InputError, match="a has 2 values and b has 1"):
        bland_altman([1, 2], [2])


def line(first, last):
    mask = np.zeros((10, 1, 1), bool)
    mask[first:last] = True
    return mask


def test_every_pair_of_readers_has_its_dsc():
    table = inter_rater({"anna": line(0, 4), "ben": line(2, 6), "cleo": line(0, 2)})
    expected = [[1, 4 / 8, 4 / 6], [4 / 8, 1, 0], [4 / 6, 0, 1]]
    np.testing.assert_allclose(table, expected)
    assert list(table.index) == list(table.columns) == ["anna", "ben", "cleo"]
    assert table.attrs == {"both_empty": []}


def test_two_empty_masks_have_no_dsc_and_that_is_said():
    table = inter_rater({"anna": line(0, 0), "ben": line(0, 4), "cleo": line(0, 0)})
    assert math.isnan(table.loc["anna", "cleo"])
    assert table.attrs == {"both_empty": [("anna", "cleo")]}
    assert table.loc["anna", "ben"] == 0
    assert table.loc["ben", "ben"] == 1


def test_readers_who_drew_no_mask_on_the_same_grid_are_refused():
    with pytest.raises(InputError, match="at least two raters, here are 1"):
        inter_rater({"anna": line(0, 1)})
    with pytest.raises(InputError, match=r"rater 'ben' has a mask of shape \(9, 1, 1\) and 'anna' of \(10, 1, 1\)"):
        inter_rater({"anna": line(0, 1), "ben": line(0, 1)[:9]})
    with pytest.raises(InputError, match="rater 'ben'"):
        inter_rater({"anna": line(0, 1), "ben": np.full((10, 1, 1), 0.5)})
