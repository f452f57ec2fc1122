"""Equal enough, for a margin that was declared."""

import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_paired

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics.equivalence import equivalence

A = np.random.default_rng(0).normal(0.8, 0.1, 30)
B = A + np.random.default_rng(1).normal(0.002, 0.02, 30)


@pytest.mark.parametrize("margin", [0.005, 0.01, 0.05])
def test_p_is_that_of_statsmodels(margin):
    result = equivalence(A, B, margin)
    assert result.p == pytest.approx(ttost_paired(A, B, -margin, margin)[0])
    low, high = result.difference.low, result.difference.high
    assert result.equivalent == (-margin < low and high < margin)  # the 90 % interval lies within the margin
    assert result.difference.confidence == 0.9


def test_a_difference_that_is_not_significant_is_not_yet_equal():
    result = equivalence([0.5, 0.9, 0.2], [0.9, 0.4, 0.4], 0.05)
    assert not result.equivalent


def test_one_constant_difference_needs_no_test():
    assert equivalence([0.51, 0.61], [0.5, 0.6], 0.25).equivalent
    assert equivalence([2, 3], [1, 2], 1).p == 1


def test_a_margin_must_be_declared():
    with pytest.raises(TypeError):
        equivalence(A, B)  # type: ignore[call-arg]
    with pytest.raises(InputError, match="margin=0: declare the difference that does not matter"):
        equivalence(A, B, 0)
    with pytest.raises(InputError, match="at least two cases"):
        equivalence([1], [1], 0.1)
    with pytest.raises(InputError, match="alpha=5 must be between 0 and 1"):
        equivalence(A, B, 0.1, alpha=5)


def test_a_margin_in_words_is_refused():
    with pytest.raises(InputError, match="margin='1%'"):
        equivalence([1.0, 2, 3], [1.0, 2, 4], "1%")
