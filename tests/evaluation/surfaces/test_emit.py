"""One pass over the rows finds the surface of every label."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from atlas_lab.evaluation.surfaces.emit import by_owner, corner_surfels, edge_voxels

KERNEL = 1 << np.arange(7, -1, -1).reshape(2, 2, 2)


@st.composite
def maps(draw):
    shape = draw(st.tuples(*[st.integers(1, 18)] * 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    coarse = rng.integers(0, 5, [n // 3 + 1 for n in shape])
    labels = coarse.repeat(3, 0).repeat(3, 1).repeat(3, 2)[tuple(slice(n) for n in shape)]
    labels = np.where(rng.random(shape) < 0.1, rng.integers(0, 5, shape), labels)
    return np.ascontiguousarray(labels, draw(st.sampled_from([np.uint8, np.uint16])))


def of_label(found, shape, label):
    starts, codes, places = by_owner(*found, np.array(shape), 5)
    part = slice(starts[label], starts[label + 1])
    return codes[part], places[part]


@given(maps(), st.integers(1, 4))
def test_corners_and_codes_are_those_of_each_label_alone(labels, label):
    padded = np.pad((labels == label).astype(int), 1)
    codes = sum(
        KERNEL[i, j, k] * padded[i : i + labels.shape[0] + 1, j : j + labels.shape[1] + 1, k : k + labels.shape[2] + 1]
        for i, j, k in np.ndindex(2, 2, 2)
    )
    mixed = (codes > 0) & (codes < 255)
    found, places = of_label(corner_surfels(labels, np.ones(65536, bool)), labels.shape, label)
    np.testing.assert_array_equal(places, np.argwhere(mixed))
    np.testing.assert_array_equal(found, codes[mixed])


@given(maps(), st.integers(1, 4))
def test_edge_voxels_are_what_an_erosion_takes_away(labels, label):
    mask = labels == label
    _, places = of_label(edge_voxels(labels, np.ones(65536, bool)), labels.shape, label)
    np.testing.assert_array_equal(places, np.argwhere(mask & ~ndimage.binary_erosion(mask)))


@pytest.mark.parametrize("find", [corner_surfels, edge_voxels])
def test_labels_that_nobody_asked_for_are_left_out(find):
    labels = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    owners, _, _ = find(labels, np.isin(np.arange(256), [5, 9]))
    assert set(owners.tolist()) == {5, 9}


def test_the_lists_grow_as_far_as_they_must():
    labels = (np.indices((40, 40, 40)).sum(axis=0) % 2).astype(np.uint8)  # every corner is surface
    owners, _, _ = corner_surfels(labels, np.ones(256, bool))
    assert owners.size > 65_536
    assert owners.size == 41**3 - 4  # at four corners of the volume the one voxel is background
