"""Voxels on the wire: nothing lost of whole HU, little of anything else, and never more than asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from atlas_lab.viewers.samples import COARSE_VOXELS, NOT_A_NUMBER, Samples, array_key, coarse_stride
from tests.viewers.page import codes

SMALL = hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=7)


@given(hnp.arrays(np.int16, SMALL))
def test_whole_hu_travel_exactly(array):
    samples = Samples.of(array, (1, 1, 1))
    assert (samples.slope, samples.inter) == (1, 0)
    np.testing.assert_array_equal(codes(samples.coarse(), array.shape), array)
    for axis in range(3):
        others = tuple(n for a, n in enumerate(array.shape) if a != axis)
        np.testing.assert_array_equal(codes(samples.plane(axis, 0), others), array.take(0, axis=axis))


@given(hnp.arrays(np.float32, SMALL, elements=st.floats(-3000, 3000, width=32)))
def test_fractions_travel_to_a_65000th_of_their_range(array):
    samples = Samples.of(array, (1, 1, 1))
    back = codes(samples.coarse(), array.shape) * samples.slope + samples.inter
    assert np.abs(back - array).max() <= np.ptp(array) / 65_000 + 1e-6


def test_nan_and_infinity_travel():
    array = np.array([[[np.nan, np.inf, -np.inf, 5.0, -3.0]]], np.float32)
    sent = codes(Samples.of(array, (1, 1, 1)).coarse(), array.shape)[0, 0]
    assert sent[0] == NOT_A_NUMBER
    assert sent[1] == sent[3] == 32767  # the brightest there is
    assert sent[2] == sent[4] == -32767
    nothing = Samples.of(np.full((2, 2, 2), np.nan), (1, 1, 1))
    assert (codes(nothing.coarse(), (2, 2, 2)) == NOT_A_NUMBER).all()


@pytest.mark.parametrize("dtype", [np.int32, np.uint16, np.int64])
def test_wide_integers_travel_exactly_while_they_fit(dtype):
    array = np.array([0, 1, 3000, 32767], dtype).reshape(2, 2, 1)
    np.testing.assert_array_equal(codes(Samples.of(array, (1, 1, 1)).coarse(), array.shape), array)


@given(st.tuples(*[st.integers(1, 900)] * 3), st.tuples(*[st.floats(0.3, 6)] * 3))
def test_the_coarse_grid_is_small_and_nearly_isotropic(shape, spacing):
    stride = coarse_stride(shape, spacing)
    assert np.prod([-(-n // s) for n, s in zip(shape, stride, strict=True)]) <= COARSE_VOXELS
    steps = [(s - 1) * mm for s, mm in zip(stride, spacing, strict=True)]
    assert max(steps) <= max(s * mm for s, mm in zip(stride, spacing, strict=True))
    if np.prod(shape) <= COARSE_VOXELS:
        assert stride == (1, 1, 1)


def test_slabs_put_together_are_the_volume():
    array = np.random.default_rng(0).integers(-1000, 1000, (600, 500, 19)).astype(np.int16)
    samples = Samples.of(array, (1, 1, 1))
    assert 1 < samples.slab < 19
    parts = []
    for first in range(0, 19, samples.slab):
        depth = min(samples.slab, 19 - first)
        parts.append(codes(samples.slices(first), (600, 500, depth)))
    np.testing.assert_array_equal(np.concatenate(parts, axis=2), array)


def test_a_key_changes_with_a_voxel_a_shape_and_a_type():
    array = np.zeros((4, 5, 6), np.int16)
    other = array.copy()
    other[1, 2, 3] = 1
    keys = {array_key(a) for a in (array, other, array.reshape(5, 4, 6), array.astype(np.int32))}
    assert len(keys) == 4
    assert array_key(np.asfortranarray(array)) == array_key(array)
