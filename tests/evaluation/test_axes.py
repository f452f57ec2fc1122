"""Long and short axes, beside the definition written out pair by pair."""

import itertools
import time
from collections import Counter

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from atlas_lab.errors import InputError
from atlas_lab.evaluation.axes import Axes, long_short_axes

VOXELS = (1, 1, 1)


def by_definition(mask, spacing):
    """The axes as ULS23 defines them: all pairs of boundary pixels of each slice's largest piece, degree by degree."""
    long, chosen, ends = 0.0, None, None
    scale = np.array([spacing[1], spacing[0]])
    for z in range(mask.shape[2]):
        pieces, count = ndimage.label(mask[:, :, z].T)
        if not count:
            continue
        piece = pieces == Counter(pieces[pieces > 0].tolist()).most_common(1)[0][0]
        boundary = np.argwhere(piece & ~ndimage.binary_erosion(piece)) * scale
        for a, b in itertools.combinations(boundary, 2):
            if np.linalg.norm(b - a) > long:
                long, chosen, ends = np.linalg.norm(b - a), boundary, b - a
    if chosen is None:
        return 0.0, 0.0
    for degrees in range(1, 92):
        chords = [
            np.linalg.norm(b - a) for a, b in itertools.combinations(chosen, 2) if abs(_degrees(b - a, ends) - 90) < degrees
        ]
        if chords:
            return long, max(chords)
    raise AssertionError("every chord is within 91 degrees")


def _degrees(a, b):
    return np.degrees(np.arccos(np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1, 1)))


@settings(max_examples=150)
@given(
    arrays.arrays(bool, (6, 7, 2), elements=st.sampled_from([True, True, False])),
    st.sampled_from([VOXELS, (0.7, 0.7, 5.0), (0.5, 0.9, 2.0)]),
)
def test_the_axes_equal_their_definition(mask, spacing):
    axes = long_short_axes(mask, spacing)
    assert (axes.long, axes.short) == pytest.approx(by_definition(mask, spacing))


def ellipse(a, b, turn=0.0, size=61):
    """A slice thick ellipse with half axes a and b voxels, turned by an angle."""
    x, y = np.mgrid[:size, :size] - size // 2
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return ((along / a) ** 2 + (across / b) ** 2 <= 1)[:, :, None]


def test_an_ellipse_has_the_axes_of_an_ellipse():
    axes = long_short_axes(ellipse(25, 10), (0.8, 0.8, 3))
    assert axes == Axes(pytest.approx(40), pytest.approx(16), 0)
    turned = long_short_axes(ellipse(25, 10, np.pi / 6), VOXELS)
    assert (turned.long, turned.short) == (pytest.approx(50, abs=1.5), pytest.approx(20, abs=1.5))


def test_millimetres_turn_the_long_axis_where_pixels_are_not_square():
    mask = np.zeros((9, 9, 1), bool)
    mask[4, 1:8], mask[2:7, 4] = True, True
    assert long_short_axes(mask, VOXELS) == Axes(6, 4, 0)
    assert long_short_axes(mask, (2, 1, 1)) == Axes(8, 6, 0)


def test_only_the_largest_piece_of_the_best_slice_is_measured():
    mask = np.zeros((20, 9, 3), bool)
    mask[2:5, 2:5, 0] = True
    mask[3:9, 3:6, 2] = True
    mask[15:20, 0, 2] = True
    assert long_short_axes(mask, VOXELS) == Axes(pytest.approx(np.hypot(5, 2)), pytest.approx(np.hypot(1, 2)), 2)


@pytest.mark.parametrize(("shape", "expected"), [((1, 1, 5), (0, 0)), ((6, 1, 1), (5, 5)), ((0, 3, 1), (0, 0))])
def test_single_pixels_have_no_axis_and_a_line_is_its_own_short_axis(shape, expected):
    mask = np.zeros((8, 8, 5), bool)
    mask[: shape[0], : shape[1], : shape[2]] = True
    axes = long_short_axes(mask, VOXELS)
    assert (axes.long, axes.short) == expected
    assert (axes.slice is None) == (expected == (0, 0))


def test_a_lesion_that_fills_a_volume_of_interest_is_measured_within_a_second():
    ball = (np.stack(np.mgrid[-60:61, -60:61, -60:61]) ** 2).sum(axis=0) <= 3600
    volume = np.zeros((256, 256, 128), bool)
    volume[60:181, 60:181, 3:124] = ball
    long_short_axes(volume, VOXELS)
    start = time.perf_counter()
    assert long_short_axes(volume, VOXELS) == Axes(120, 120, 63)
    assert time.perf_counter() - start < 1


def test_only_masks_are_measured():
    with pytest.raises(InputError, match="mask"):
        long_short_axes(np.ones((3, 3)), VOXELS)
