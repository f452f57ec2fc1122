"""Size classes: how large, how many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.synthesis import sizes


@given(st.sampled_from(sizes.NAMES), st.sampled_from(["liver", "pancreas", "kidney"]), st.integers(0, 10_000))
def test_a_diameter_lies_in_its_class(size, organ, seed):
    low, high = sizes.range_mm(size)
    diameters = sizes.draw_diameters(size, None, organ, np.random.default_rng(seed))
    assert diameters
    assert all(low <= diameter <= high for diameter in diameters)
    assert diameters == sorted(diameters, reverse=True)


@pytest.mark.parametrize(
    ("size", "low", "high"), [("tiny", 3, 10), ("small", 3, 10), ("medium", 2, 5), ("large", 1, 3), ("mix", 11, 28)]
)
def test_a_liver_holds_as_many_as_published(size, low, high):
    found = {len(sizes.draw_diameters(size, None, "liver", np.random.default_rng(seed))) for seed in range(300)}
    assert low == min(found) or size == "mix"
    assert low <= min(found) <= max(found) <= high


@given(st.sampled_from(sizes.NAMES), st.integers(1, 12))
def test_a_number_that_is_asked_for_is_the_number(size, count):
    assert len(sizes.draw_diameters(size, count, "pancreas", np.random.default_rng(0))) == count


def test_early_is_below_20_mm_and_holds_tiny_and_small_at_even_odds():
    drawn = sizes.draw_diameters("early", 2000, "liver", np.random.default_rng(0))
    assert max(drawn) < 20
    assert 0.45 < np.mean(np.array(drawn) < 11) < 0.55


def test_a_diameter_in_mm_is_that_diameter():
    assert sizes.draw_diameters(17.5, 3, "liver", np.random.default_rng(0)) == [17.5, 17.5, 17.5]
    assert sizes.range_mm(17.5) == (17.5, 17.5)


@pytest.mark.parametrize("size", ["smal", 0.2, 500.0, True])
def test_an_unknown_size_is_refused(size):
    with pytest.raises(InputError, match=r"small|diameter"):
        sizes.check_size(size)
