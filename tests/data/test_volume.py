"""A volume is its voxels and their place, whatever order they came in."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.data import geometry
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError


def test_an_array_in_another_order_is_turned_to_ras_without_moving_a_voxel():
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    affine = np.array([[0, -2.0, 0, 10], [0, 0, 3.0, 20], [-1.0, 0, 0, 30], [0, 0, 0, 1]])
    volume = Volume(array, affine)
    assert volume.shape == (3, 4, 2)
    assert volume.spacing == (2.0, 3.0, 1.0)
    for index in np.ndindex(array.shape):
        world = affine @ (*index, 1)
        i, j, k = np.rint(np.linalg.solve(volume.affine, world)[:3]).astype(int)
        assert volume.array[i, j, k] == array[index]


@given(
    codes=st.permutations(range(3)),
    flips=st.tuples(*[st.sampled_from([-1, 1])] * 3),
    shape=st.tuples(*[st.integers(1, 5)] * 3),
)
def test_to_ras_and_back_is_the_identity(codes, flips, shape):
    orientation = np.array(list(zip(codes, flips, strict=True)), dtype=float)
    array = np.arange(np.prod(shape)).reshape(shape)
    turned = geometry.to_ras(array, orientation)
    assert turned.shape == geometry.ras_shape(shape, orientation)
    np.testing.assert_array_equal(geometry.from_ras(turned, orientation), array)
    affine = np.diag([1.0, 2.0, 3.0, 1.0])
    there = geometry.ras_affine(affine, shape, orientation)
    np.testing.assert_allclose(geometry.disk_affine(there, shape, orientation), affine, atol=1e-12)


def test_voxel_volume_is_exact_for_sheared_grids():
    affine = np.array([[2.0, 0, 1.5, 0], [0, 2, 0, 0], [0, 0, 3, 0], [0, 0, 0, 1]])
    assert Volume(np.zeros((2, 2, 2)), affine).voxel_ml == pytest.approx(0.012)


@pytest.mark.parametrize(
    ("array", "affine", "said"),
    [
        (np.zeros((2, 2)), np.eye(4), "3-D"),
        (np.zeros((2, 2, 2), dtype=complex), np.eye(4), "not numbers"),
        (np.zeros((2, 2, 2)), np.eye(3), r"not \(4, 4\)"),
        (np.zeros((2, 2, 2)), np.zeros((4, 4)), "singular"),
        (np.zeros((2, 2, 2)), np.full((4, 4), np.nan), "NaN"),
    ],
)
def test_what_is_not_a_volume_is_refused(array, affine, said):
    with pytest.raises(InputError, match=said):
        Volume(array, affine)


def test_a_lazy_volume_travels_to_another_process_as_its_path(tmp_path):
    path = Volume(np.ones((40, 40, 40), np.int16), np.eye(4)).save(tmp_path / "ct.nii.gz")
    sent = pickle.dumps(Volume.open(path))
    assert len(sent) < 2000
    np.testing.assert_array_equal(pickle.loads(sent).array, 1)
    made = Volume(np.full((2, 2, 2), 5, np.int16), np.diag([1, 2, 3, 1]))
    np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(made))), made.array)


def test_voxels_from_a_file_cannot_be_changed_by_accident(tmp_path):
    path = Volume(np.ones((4, 4, 4), np.int16), np.eye(4)).save(tmp_path / "ct.nii.gz")
    with pytest.raises(ValueError, match="read-only"):
        Volume.open(path).array[0, 0, 0] = 7
