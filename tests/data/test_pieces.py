"""Connected pieces of a mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.pieces import pieces

MASKS = arrays(bool, st.tuples(*[st.integers(1, 6)] * 3), elements=st.booleans(), fill=st.just(False))


@given(MASKS)
def test_the_pieces_are_those_that_touch_by_face_edge_or_corner_and_make_up_the_mask(mask):
    found = list(pieces(CroppedMask.of(mask)))
    assert len(found) == ndimage.label(mask, np.ones((3, 3, 3)))[1]
    assert np.array_equal(sum((piece.full.astype(int) for piece in found), np.zeros(mask.shape, int)), mask)
    for piece in found:
        assert ndimage.label(piece.full, np.ones((3, 3, 3)))[1] == 1
        assert piece.box == CroppedMask.of(piece.full).box


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_voxels_in_a_line_with_gaps_are_pieces_of_their_own(axis):
    line = np.moveaxis(np.array([1, 0, 1, 0, 1], bool)[:, None, None], 0, axis)
    assert [piece.voxels for piece in pieces(CroppedMask.of(line))] == [1, 1, 1]
