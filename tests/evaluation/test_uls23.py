"""The score of ULS23, part by part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from atlas_lab.errors import InputError
from atlas_lab.evaluation.uls23 import consistency_dice, uls23_score


def block(x, y, z=1, shape=(12, 12, 4)):
    """A block of x, y, z voxels in the corner 2, 2, 1."""
    mask = np.zeros(shape, bool)
    mask[2 : 2 + x, 2 : 2 + y, 1 : 1 + z] = True
    return mask


TRUTHS = {"found": block(7, 3), "missed": block(4, 4)}
PREDICTIONS = {"found": block(4, 3), "missed": block(0, 0)}
REPEATS = {
    "found": [(block(3, 3), np.roll(block(3, 3), 2, axis=0), (-2, 0, 0)), (block(3, 3), block(3, 3, 2), (0, 0, 0))],
    "missed": [(block(3, 3), block(0, 0), (0, 0, 0))],
}


def test_the_score_is_the_one_computed_by_hand():
    score = uls23_score(PREDICTIONS, TRUTHS, (1, 1, 1), repeats=REPEATS)
    dsc = (2 * 12 / (12 + 21) + 0) / 2
    long = (abs(np.hypot(6, 2) - np.hypot(3, 2)) / (np.hypot(6, 2) + np.hypot(3, 2)) + 1) / 2
    consistency = ((1 + 2 * 9 / 27) / 2 + 0) / 2
    row = score.summary.loc["voxels"]
    assert row[["n", "dsc", "sape_long", "consistency"]].tolist() == pytest.approx([2, dsc, long, consistency])
    expected = 0.8 * dsc + 0.05 * (1 - long) + 0.05 * (1 - row["sape_short"]) + 0.1 * consistency
    assert row["score"] == pytest.approx(expected)
    assert score.lesions.loc["missed", ["dsc", "sape_long_mm", "sape_short_voxels"]].tolist() == [0, 1, 1]


def test_the_axes_stand_in_voxels_and_in_millimetres():
    by_id = {"found": (0.5, 2, 5), "missed": (1, 1, 1)}
    lesions = uls23_score(PREDICTIONS, TRUTHS, by_id).lesions
    assert lesions.loc["found", "truth_long_voxels"] == pytest.approx(np.hypot(6, 2))
    assert lesions.loc["found", "truth_long_mm"] == pytest.approx(np.hypot(3, 4))
    same = uls23_score(PREDICTIONS, TRUTHS, (1, 1, 1)).summary
    assert same.loc["mm"].equals(same.loc["voxels"])


def test_without_repeats_it_is_not_called_the_score():
    summary = uls23_score(TRUTHS, TRUTHS, (1, 1, 1)).summary
    assert "score" not in summary
    assert summary["score_without_consistency"].tolist() == pytest.approx([1, 1])
    worst = uls23_score({"a": block(0, 0)}, {"a": block(3, 3)}, (1, 1, 1)).summary
    assert worst["score_without_consistency"].tolist() == [0, 0]


@given(st.tuples(*[st.integers(-3, 3)] * 3), st.integers(0, 99))
def test_a_shift_repeats_the_border_as_the_challenge_does(shift, seed):
    first, second = np.random.default_rng(seed).random((2, 5, 6, 4)) < 0.4
    moved = ndimage.shift(second.astype(np.uint8), shift, mode="nearest", order=0) > 0
    expected = 2 * np.count_nonzero(first & moved) / (first.sum() + moved.sum()) if first.any() and second.any() else 0
    assert consistency_dice(first, second, shift) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uls23_score({"a": block(1, 1)}, {}, (1, 1, 1)), "truths: is empty"),
        (lambda: uls23_score(PREDICTIONS, TRUTHS | {"b": block(1, 1)}, (1, 1, 1)), "differ in 1 lesions: b"),
        (lambda: uls23_score(PREDICTIONS, TRUTHS, (1, 1, 1), repeats={}), "repeats and truths differ in 2 lesions"),
        (lambda: uls23_score({"a": block(1, 1)}, {"a": block(0, 0)}, (1, 1, 1)), "a: .* and the truth a voxel"),
        (lambda: uls23_score({"a": block(1, 1)[:5]}, {"a": block(1, 1)}, (1, 1, 1)), "a: the prediction must have"),
        (lambda: consistency_dice(block(1, 1), block(1, 1), (0.5, 0, 0)), "give whole voxels"),
        (lambda: consistency_dice(block(1, 1), block(1, 1)[:5], (0, 0, 0)), "volumes of interest have one shape"),
        (lambda: uls23_score(TRUTHS, TRUTHS, (1, 1, 1), repeats=REPEATS | {"missed": []}), "missed: repeats has no pair"),
    ],
)
def test_what_cannot_be_scored_is_told(call, message):
    with pytest.raises(InputError, match=message):
        call()
