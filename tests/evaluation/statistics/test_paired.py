"""Two models on the same cases, and many such questions."""

import itertools

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.paired import adjust, paired_test

# Darwin's maize: heights of 15 pairs, crossed minus self-fertilised, in eighths of an inch (Fisher 1935; p = 0.0527, two-sided).
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])


def test_the_permutation_test_gives_fishers_p_for_darwins_maize():
    flips = np.array(list(itertools.product((-1, 1), repeat=15)))
    exact = np.mean(np.abs(flips @ DARWIN) >= DARWIN.sum())
    assert exact == pytest.approx(0.0527, abs=5e-5)
    result = paired_test(DARWIN, np.zeros(15), "permutation", seed=1)
    assert result.p == pytest.approx(exact, abs=0.007)  # three standard errors of 9,999 draws
    assert result.difference == result.statistic == DARWIN.mean()


def test_few_pairs_are_permuted_in_all_ways():
    assert paired_test([1, 2, 3, 4, 5], [0] * 5, "permutation").p == pytest.approx(2 / 2**5)
    assert paired_test([1, 2, 3, 4, 5], [0] * 5, "permutation", "greater").p == pytest.approx(1 / 2**5)


def test_wilcoxon_counts_the_sign_patterns():
    result = paired_test(np.array([1.5, 2.5, 3.5, 4.5, -0.5]), np.zeros(5), alternative="greater")
    assert result.p == pytest.approx(2 / 2**5)  # rank sum 14 or 15 of 15
    assert (result.statistic, result.difference, result.n, result.note) == (14, 2.5, 5, "")


def test_greater_asks_whether_a_is_greater():
    better, worse = np.linspace(0.8, 0.9, 10), np.linspace(0.7, 0.85, 10)
    for test in ("wilcoxon", "permutation"):
        assert paired_test(better, worse, test, "greater").p < 0.01
        assert paired_test(better, worse, test, "less").p > 0.99
        assert paired_test(worse, better, test, "less").p < 0.01


def test_no_difference_at_all_is_said():
    for test in ("wilcoxon", "permutation"):
        result = paired_test([0.5, 0.7], [0.5, 0.7], test)
        assert (result.p, result.difference, result.note) == (1, 0, "all 2 differences are 0")


def test_ties_that_wilcoxon_leaves_out_are_counted():
    assert paired_test([1, 2, 3, 9], [1, 1, 1, 1]).note == "1 of 4 differences are 0 and left out"


def test_holm_and_benjamini_hochberg_by_hand():
    p = [0.01, 0.04, 0.03, 0.005]
    np.testing.assert_allclose(adjust(p), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(adjust(p, "bh"), [0.02, 0.04, 0.04, 0.02])
    named = adjust(pd.Series(p, index=list("abcd")))
    assert named["d"] == pytest.approx(0.02)
    assert list(named.index) == list("abcd")


def test_pairs_that_are_none_are_refused():
    a = pd.Series([0.1, 0.2], index=["x", "y"])
    with pytest.raises(InputError, match="their cases differ or stand in another order"):
        paired_test(a, a.loc[["y", "x"]])
    with pytest.raises(InputError, match="a has 2 values and b has 3"):
        paired_test([1, 2], [1, 2, 3])
    with pytest.raises(InputError, match="b: 1 of 2 values are NaN"):
        paired_test([1, 2], [1, np.nan])
    with pytest.raises(InputError, match="test='t': choose one of wilcoxon, permutation"):
        paired_test([1, 2], [1, 3], "t")
    with pytest.raises(InputError, match="alternative='larger': choose one of two-sided, greater, less"):
        paired_test([1, 2], [1, 3], alternative="larger")
    with pytest.raises(InputError, match=r"p: holds 0.1 to 1.2; p-values are from 0 to 1"):
        adjust([0.1, 1.2])
