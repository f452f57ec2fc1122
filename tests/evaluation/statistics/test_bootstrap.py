"""Patients are drawn again, not lesions."""

import math

import numpy as np
import pytest
from scipy import stats

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.bootstrap import bootstrap

SKEWED = np.random.default_rng(1).lognormal(size=40)

# Scores of the first-year students of 15 law schools, whose correlation is 0.776 (Efron 1979).
LSAT = np.array([576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594])
GPA = np.array([3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96])


def bca_by_hand(values, statistic, members, drawn, confidence=0.95):
    """Efron's formulas on a distribution that is given, `members` holding each patient's positions."""
    value = statistic(values)
    bias = stats.norm.ppf(np.mean((drawn < value) + 0.5 * (drawn == value)))
    without = np.array([statistic(np.delete(values, rows)) for rows in members])
    pull = without.mean() - without
    acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    shifted = bias + stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    return np.quantile(drawn, stats.norm.cdf(bias + shifted / (1 - acceleration * shifted)))


def test_the_interval_is_efrons():
    interval = bootstrap(SKEWED, n_resamples=9999)
    draws = np.random.default_rng(7).integers(0, 40, (20000, 40))
    expected = bca_by_hand(SKEWED, np.mean, np.arange(40)[:, None], SKEWED[draws].mean(axis=1))
    assert (interval.low, interval.high) == pytest.approx(expected, rel=0.02)
    assert interval.value == SKEWED.mean()
    percentile = bootstrap(SKEWED, method="percentile", n_resamples=9999)
    assert (percentile.low, percentile.high) == pytest.approx(np.quantile(SKEWED[draws].mean(axis=1), [0.025, 0.975]), rel=0.02)
    assert interval.low > percentile.low  # a skewed mean is corrected upwards


def test_a_statistic_of_two_columns_draws_row_numbers():
    def correlation(rows):
        return np.corrcoef(LSAT[rows], GPA[rows])[0, 1]

    interval = bootstrap(np.arange(15), correlation, confidence=0.9, n_resamples=5000)
    assert interval.value == pytest.approx(0.776, abs=5e-4)
    drawn = np.array([correlation(rows) for rows in np.random.default_rng(9).integers(0, 15, (5000, 15))])
    expected = bca_by_hand(np.arange(15), correlation, np.arange(15)[:, None], drawn, 0.9)
    assert (interval.low, interval.high) == pytest.approx(expected, abs=0.02)


def test_lesions_of_one_patient_are_drawn_together():
    patients = np.repeat(np.arange(20), 5)
    values = np.random.default_rng(3).normal(size=20)[patients] + 1e-3 * np.arange(100) / 100
    alone, together = bootstrap(values), bootstrap(values, groups=patients)
    assert (alone.n, together.n) == (100, 20)
    ratio = (together.high - together.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(math.sqrt(5), rel=0.15)  # five copies tell no more than one


def test_groups_of_other_sizes_give_efrons_interval_over_patients():
    rng = np.random.default_rng(4)
    patients = rng.permutation(np.repeat(list("abcdefghijkl"), np.arange(1, 13)))
    values = rng.exponential(size=len(patients))
    members = [np.flatnonzero(patients == name) for name in "abcdefghijkl"]
    drawn = np.array([values[np.concatenate([members[i] for i in rng.integers(0, 12, 12)])].mean() for _ in range(8000)])
    interval = bootstrap(values, groups=patients, n_resamples=8000)
    assert (interval.low, interval.high) == pytest.approx(bca_by_hand(values, np.mean, members, drawn), rel=0.03)


def test_a_group_of_its_own_for_each_value_changes_nothing():
    assert bootstrap(SKEWED, groups=np.arange(40)) == bootstrap(SKEWED)


def test_the_seed_decides():
    assert bootstrap(SKEWED, seed=5) == bootstrap(SKEWED, seed=5)
    assert bootstrap(SKEWED, seed=5) != bootstrap(SKEWED, seed=6)


def test_values_that_are_all_equal_have_an_interval_of_one_point():
    interval = bootstrap([0.1] * 7)
    assert interval.value == pytest.approx(0.1)
    assert interval.low == interval.value == interval.high


def test_one_patient_has_no_interval():
    for interval in (bootstrap([0.4]), bootstrap([0.3, 0.5], groups=["a", "a"])):
        assert (interval.value, interval.n) == (pytest.approx(0.4), 1)
        assert math.isnan(interval.low)
        assert math.isnan(interval.high)


def test_where_no_single_patient_moves_the_statistic_the_interval_is_the_percentiles():
    values = [0.0] * 10 + [1.0] * 12
    assert bootstrap(values, np.median) == bootstrap(values, np.median, method="percentile")
    assert (bootstrap(values, np.median).low, bootstrap(values, np.median).high) == (0, 1)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(InputError, match="values: 2 of 3 values are NaN or infinite"):
        bootstrap([0.5, math.nan, math.inf])
    with pytest.raises(InputError, match="values: is empty"):
        bootstrap([])
    with pytest.raises(InputError, match="groups names 2 patients, but there are 3 values"):
        bootstrap([1, 2, 3], groups=["a", "b"])
    with pytest.raises(InputError, match="groups: 1 of 3 values have no patient"):
        bootstrap([1, 2, 3], groups=["a", "b", None])
    with pytest.raises(InputError, match="the statistic has no value in"):
        bootstrap([0.0, 1.0, 1.0], lambda v: v.mean() if v.any() else math.nan)
    with pytest.raises(InputError, match="the statistic of all 2 values is nan"):
        bootstrap([1, 2], lambda v: math.nan)
    with pytest.raises(InputError, match="n_resamples=10 must be at least 100"):
        bootstrap([1, 2], n_resamples=10)


def test_patients_in_the_place_of_the_statistic_are_refused():
    with pytest.raises(InputError, match="patients go to groups="):
        bootstrap([1.0, 2, 3], ["a", "a", "b"])
