"""Runs are the same voxels as the mask they come from, and whatever else arrives is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import runs as voxel_runs

MASKS = hnp.arrays(bool, st.tuples(*[st.integers(1, 7)] * 3))


@given(MASKS)
def test_a_mask_is_its_runs_and_back(mask):
    runs = voxel_runs.runs_of(mask)
    assert runs.dtype == np.uint32
    assert voxel_runs.count(runs) == mask.sum()
    assert np.array_equal(voxel_runs.check(runs, mask.shape), runs)
    assert np.array_equal(voxel_runs.from_bytes(voxel_runs.to_bytes(runs), mask.shape), runs)
    back = np.zeros(mask.shape, bool, order="F")
    voxel_runs.apply(back, runs, True)
    assert np.array_equal(back, mask)
    voxel_runs.apply(back, runs, False)
    assert not back.any()


@given(MASKS)
def test_runs_are_as_few_as_can_be_and_x_runs_fastest(mask):
    runs = voxel_runs.runs_of(mask)
    assert np.array_equal(voxel_runs.indices_of(runs), np.flatnonzero(mask.ravel(order="F")))
    start, length = runs.astype(int).T
    assert (start[1:] > start[:-1] + length[:-1]).all()
    assert np.array_equal(voxel_runs.runs_at(voxel_runs.indices_of(runs)), runs)


@given(MASKS, st.data())
def test_a_change_within_a_box_gives_the_runs_of_the_whole_grid(mask, data):
    low = [data.draw(st.integers(0, 3)) for _ in range(3)]
    shape = tuple(start + size + data.draw(st.integers(0, 3)) for start, size in zip(low, mask.shape, strict=True))
    box = tuple(slice(start, start + size) for start, size in zip(low, mask.shape, strict=True))
    whole = np.zeros(shape, bool)
    whole[box] = mask
    assert np.array_equal(voxel_runs.runs_of(CroppedMask(shape, box, mask)), voxel_runs.runs_of(whole))


@given(MASKS)
def test_the_box_of_runs_holds_them_all(mask):
    runs = voxel_runs.runs_of(mask)
    outside = mask.copy()
    outside[voxel_runs.box_of(runs, mask.shape)] = False
    assert not outside.any()


def test_runs_within_one_line_have_the_smallest_box():
    runs = np.array([(1 + 9 * (2 + 8 * 3), 4), (3 + 9 * (5 + 8 * 4), 2)], np.uint32)
    assert voxel_runs.box_of(runs, (9, 8, 7)) == (slice(1, 5), slice(2, 6), slice(3, 5))


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([(0, 2), (1, 2)], "overlap or are not in order"),
        ([(4, 1), (0, 1)], "overlap or are not in order"),
        ([(23, 2)], "ends at voxel 25, but the grid has 24"),
        ([(99, 1)], "outside the grid of 24 voxels"),
        ([(-1, 3)], "outside the grid"),
        ([(2**63 - 1, 2)], "outside the grid"),
        ([(3, 0)], "run 0 is empty"),
        ([3, 1], r"shape \(2,\); give whole numbers of shape \(n, 2\)"),
        ([(0.5, 1.0)], "give whole numbers"),
    ],
)
def test_what_are_no_runs_is_refused(runs, said):
    with pytest.raises(InputError, match=said):
        voxel_runs.check(np.array(runs), (2, 3, 4))


def test_half_a_run_in_the_bytes_is_refused():
    with pytest.raises(InputError, match="12 bytes are not whole pairs"):
        voxel_runs.from_bytes(bytes(12), (2, 3, 4))
    with pytest.raises(InputError, match="overlap"):
        voxel_runs.from_bytes(np.array([4, 2, 0, 1], "<u4").tobytes(), (2, 3, 4))
    assert voxel_runs.from_bytes(b"", (2, 3, 4)).shape == (0, 2)


def test_runs_touch_whole_slices_at_once():
    mask = np.zeros((4, 3, 5), bool, order="F")
    voxel_runs.apply(mask, np.array([(12, 24)], np.uint32), True)
    assert mask[:, :, 1:3].all()
    assert mask.sum() == 24
    with pytest.raises(ValueError, match="Fortran-contiguous"):
        voxel_runs.apply(np.zeros((4, 3, 5), bool), np.array([(0, 1)], np.uint32), True)


def test_a_grid_too_large_for_uint32_is_refused():
    voxel_runs.check_grid((1625, 1625, 1626))
    with pytest.raises(InputError, match="too large to edit"):
        voxel_runs.check_grid((65536, 65536, 1))
