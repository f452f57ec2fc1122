"""Co-occurrence against what others have worked out."""

import numpy as np
import pytest

from atlas_lab.synthesis.realism.texture import STEPS, cooccurrence, grey_levels, texture

HARALICK = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]])[..., None]  # his example of 1973, figure 3
MATRICES = {
    (0, 1, 0): [[4, 2, 1, 0], [2, 4, 0, 0], [1, 0, 6, 1], [0, 0, 1, 2]],
    (1, 0, 0): [[6, 0, 2, 0], [0, 4, 2, 0], [2, 2, 2, 2], [0, 0, 2, 0]],
    (1, 1, 0): [[2, 1, 3, 0], [1, 2, 1, 0], [3, 1, 0, 2], [0, 0, 2, 0]],
    (1, -1, 0): [[4, 1, 0, 0], [1, 2, 2, 0], [0, 2, 4, 1], [0, 0, 1, 0]],
}


@pytest.mark.parametrize("step", MATRICES)
def test_the_matrices_are_haralicks(step):
    found = cooccurrence(HARALICK, np.ones(HARALICK.shape, bool), [step])
    assert np.array_equal(found[:4, :4], MATRICES[step])
    assert found.sum() == np.sum(MATRICES[step])


def test_the_features_are_those_worked_out_by_hand():
    found = texture(np.array([[2.0, 1.0], [1.0, 0.0]]) / 4)  # mean 1/4, variance 3/16
    assert found["contrast"] == pytest.approx(0.5)
    assert found["homogeneity"] == pytest.approx(0.5 + 0.25)
    assert found["energy"] == pytest.approx(np.sqrt(0.25 + 2 / 16))
    assert found["correlation"] == pytest.approx(-1 / 3)
    assert found["entropy"] == pytest.approx(1.5)


def test_thirteen_directions_meet_every_neighbour_once_and_stay_in_the_mask():
    assert len(STEPS) == 13
    levels = np.zeros((3, 3, 3), np.intp)
    assert cooccurrence(levels, np.ones(levels.shape, bool))[0, 0] == 2 * (3 * 18 + 6 * 12 + 4 * 8)
    mask = np.zeros(levels.shape, bool)
    mask[0, 0, 0] = mask[1, 1, 1] = True
    assert cooccurrence(levels, mask).sum() == 2


def test_grey_levels_are_twenty_hu_wide_around_the_organ():
    assert list(grey_levels(np.array([-500.0, -160, -140, -1, 0, 19, 20, 159, 500]))) == [0, 0, 1, 7, 8, 8, 9, 15, 15]


def test_where_there_is_nothing_to_compare_there_is_no_number():
    assert all(np.isnan(value) for value in texture(np.zeros((16, 16))).values())
    flat = texture(np.eye(1))
    assert np.isnan(flat["correlation"])
    assert (flat["contrast"], flat["energy"], flat["entropy"]) == (0, 1, 0)
