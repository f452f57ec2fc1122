"""A proportion never stands without its interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.intervals import Interval, interval_table, proportion

# Sensitivities and specificities with their exact intervals in percent, as published by Chen et al., Radiology 2023, 220152.
PUBLISHED = [(98, 109, 82.7, 94.9), (141, 147, 91.3, 98.5), (68, 91, 64.5, 83.3), (600, 669, 87.1, 91.9), (746, 804, 90.8, 94.5)]


@pytest.mark.parametrize(("k", "n", "low", "high"), PUBLISHED)
def test_clopper_and_pearson_give_the_published_intervals(k, n, low, high):
    interval = proportion(k, n, "clopper_pearson")
    assert (interval.value, interval.n, interval.confidence) == (k / n, n, 0.95)
    assert [round(100 * interval.low, 1), round(100 * interval.high, 1)] == [low, high]


def test_wilson_is_his_formula():
    z, p, n = 1.959963984540054, 0.3, 10
    middle, half = (p + z**2 / 20) / (1 + z**2 / 10), z * math.sqrt(p * (1 - p) / n + z**2 / 400) / (1 + z**2 / 10)
    assert (proportion(3, 10).low, proportion(3, 10).high) == pytest.approx((middle - half, middle + half))


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_hold_the_value_and_are_scipys(counts, confidence):
    k, n = counts
    for method, name in (("wilson", "wilson"), ("clopper_pearson", "exact")):
        ours = proportion(k, n, method, confidence)
        theirs = binomtest(k, n).proportion_ci(confidence, name)
        assert 0 <= ours.low <= k / n <= ours.high <= 1
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_nothing_observed_can_be_anything():
    nothing = proportion(0, 0)
    assert math.isnan(nothing.value)
    assert (nothing.low, nothing.high, nothing.n) == (0, 1, 0)


def test_an_interval_reads_like_a_sentence():
    assert repr(proportion(68, 91)) == "0.75 [0.65, 0.83], n = 91"
    assert repr(proportion(746, 804)) == "0.928 [0.908, 0.944], n = 804"
    assert repr(Interval(1523.4, 1410.2, 1630.1, 0.9, 12)) == "1523 [90 %: 1410, 1630], n = 12"
    assert repr(Interval(0.5, 0.5, 0.5, 0.95, 3)) == "0.500 [0.500, 0.500], n = 3"
    assert repr(Interval(0.5, math.nan, math.nan, 0.95, 1)) == "0.5 [no interval], n = 1"


def test_a_table_keeps_names_and_numbers():
    table = interval_table({"internal": proportion(98, 109), "external": proportion(600, 669)})
    assert list(table.index) == ["internal", "external"]
    assert table.loc["external", "value"] == 600 / 669
    assert table["n"].tolist() == [109, 669]


def test_counts_from_numpy_are_counts_and_wrong_ones_are_refused():
    assert proportion(np.int64(3), np.int32(4)) == proportion(3, 4)
    with pytest.raises(InputError, match="k=5 must be from 0 to n=4"):
        proportion(5, 4)
    with pytest.raises(InputError, match="give whole numbers"):
        proportion(0.5, 1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="choose one of wilson, clopper_pearson"):
        proportion(1, 2, "wald")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="confidence=95 must be between 0 and 1"):
        proportion(1, 2, confidence=95)
