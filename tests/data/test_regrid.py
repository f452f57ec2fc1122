"""An image on another image's grid shows the same patient at the same place, however either grid lies."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data import regrid, resample
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError


def turned(degrees, spacing=(1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0), axis=(1, 2, 3)):
    """A grid's affine: spacing in mm, turned about an axis, then moved."""
    affine = np.eye(4)
    u = np.array(axis) / np.linalg.norm(axis)
    cross = np.cross(np.eye(3), u)
    angle = np.radians(degrees)
    rotation = np.cos(angle) * np.eye(3) - np.sin(angle) * cross + (1 - np.cos(angle)) * np.outer(u, u)
    affine[:3, :3] = rotation @ np.diag(spacing)
    affine[:3, 3] = origin
    return affine


def millimetres(volume):
    """World coordinates (x, y, z, 3) of every voxel's centre."""
    grid = np.stack(np.indices(volume.shape), axis=-1)
    return grid @ volume.affine[:3, :3].T + volume.affine[:3, 3]


def grid(shape, affine):
    return Volume(np.zeros(shape, np.int16), affine)


@settings(max_examples=30)
@given(
    degrees=st.floats(-40, 40),
    spacing=st.tuples(*[st.floats(0.7, 3)] * 3),
    origin=st.tuples(*[st.floats(-8, 8)] * 3),
)
def test_a_plane_of_hu_stays_where_it_is_in_the_patient(degrees, spacing, origin):
    old = grid((24, 22, 20), turned(10, (1.5, 1.2, 2.0), (-12, -9, -15)))
    ramp = Volume((millimetres(old) @ [3.0, -2.0, 5.0] + 40).astype(np.float32), old.affine)
    new = regrid(ramp, grid((12, 13, 14), turned(degrees, spacing, origin)), outside=np.nan)
    assert new.array.dtype == np.float32
    index = np.linalg.inv(old.affine) @ np.append(millimetres(new), np.ones((*new.shape, 1)), axis=-1)[..., None]
    index = index[..., :3, 0]
    last = np.array(old.shape) - 1
    beyond = ((index < -0.501) | (index > last + 0.501)).any(axis=-1)
    between = ((index > 0) & (index < last)).all(axis=-1)
    assert np.isnan(new.array[beyond]).all()
    assert np.allclose(new.array[between], (millimetres(new) @ [3.0, -2.0, 5.0] + 40)[between], atol=1e-2)


@settings(max_examples=30)
@given(degrees=st.floats(-40, 40), spacing=st.tuples(*[st.floats(0.6, 2)] * 3))
def test_a_ball_stays_a_ball_at_its_place(degrees, spacing):
    old = grid((40, 40, 40), turned(-15, (1.0, 1.0, 1.2), (-20, -20, -24)))
    ball = np.linalg.norm(millimetres(old) - (2, 1, -3), axis=-1) <= 9
    like = grid(np.ceil(44 / np.array(spacing)).astype(int), turned(degrees, spacing))
    middle = like.affine @ [*(np.array(like.shape) - 1) / 2, 1]
    affine = like.affine
    affine[:3, 3] -= middle[:3]
    like = grid(like.shape, affine)
    new = regrid(LabelMap({"liver": ball, "spleen": np.zeros_like(ball)}, old.affine), like)
    inside = np.linalg.norm(millimetres(like) - (2, 1, -3), axis=-1)
    assert new["liver"][inside <= 7.5].all()
    assert not new["liver"][inside >= 10.5].any()
    assert new.status("spleen") == "absent"


def test_the_same_grid_changes_nothing():
    rng = np.random.default_rng(1)
    ct = Volume(rng.integers(-1000, 2000, (7, 8, 9)).astype(np.int16), turned(20, (0.7, 0.8, 2.5)))
    labels = LabelMap({"liver": rng.random(ct.shape) > 0.5}, ct.affine)
    same = regrid(ct, ct)
    assert np.array_equal(same.array, ct.array)
    assert same.array.dtype == np.int16
    assert np.array_equal(regrid(labels, ct)["liver"], labels["liver"])


def test_an_axis_aligned_grid_gives_what_resample_gives():
    rng = np.random.default_rng(2)
    ct = Volume(rng.integers(-1000, 2000, (9, 10, 11)).astype(np.int16), np.diag([1.0, 1.2, 2.0, 1.0]))
    labels = LabelMap({"liver": np.arange(990).reshape(ct.shape) > 300}, ct.affine)
    like = resample(ct, (0.5, 0.6, 1.0))  # the same field of view to a voxel
    assert np.abs(regrid(ct, like).array.astype(int) - like.array).max() <= 1
    assert np.array_equal(regrid(labels, like)["liver"], resample(labels, (0.5, 0.6, 1.0))["liver"])


def test_beyond_the_field_of_view_there_is_air_and_no_structure():
    ct = Volume(np.full((4, 4, 4), 50, np.int16), np.eye(4))
    everywhere = LabelMap({"liver": np.ones((4, 4, 4), bool)}, np.eye(4))
    wide = np.eye(4)
    wide[:3, 3] = -3
    like = grid((10, 10, 10), wide)
    inside = np.zeros(like.shape, bool)
    inside[3:7, 3:7, 3:7] = True
    assert np.array_equal(regrid(ct, like).array, np.where(inside, 50, -1024))
    assert np.array_equal(regrid(ct, like, outside=0).array, np.where(inside, 50, 0))
    assert np.array_equal(regrid(everywhere, like)["liver"], inside)


def test_a_tiny_lesion_is_never_lost_unless_it_lies_outside():
    speck = np.zeros((21, 21, 21), bool)
    speck[5, 6, 7] = True
    labels = LabelMap({"liver_tumor": speck}, np.eye(4))
    coarse = regrid(labels, grid((5, 5, 5), turned(12, (5, 5, 5))))
    assert coarse["liver_tumor"].sum() == 1
    place = millimetres(grid((5, 5, 5), turned(12, (5, 5, 5))))[coarse["liver_tumor"]][0]
    assert np.linalg.norm(place - (5, 6, 7)) <= 5 * np.sqrt(3) / 2
    away = np.eye(4)
    away[:3, 3] = 12
    assert regrid(labels, grid((5, 5, 5), away)).status("liver_tumor") == "absent"


def test_a_structure_keeps_its_id_and_is_saved_as_the_other_image_lies(tmp_path):
    affine = turned(8, (-1.0, -1.0, 2.0), (30, 20, -10))
    nib.save(nib.Nifti1Image(np.zeros((6, 7, 8), np.int16), affine), tmp_path / "ct.nii.gz")
    like = Volume.open(tmp_path / "ct.nii.gz")
    image = grid((12, 12, 12), turned(0, (1, 1, 2), like.affine[:3, 3]))
    labels = regrid(LabelMap({"mine": np.ones(image.shape, bool)}, image.affine, {"mine": 200}), like)
    assert labels.class_map == {"mine": 200}
    assert set(np.unique(labels.combined)) <= {0, 200}
    saved = nib.load(regrid(image, like).save(tmp_path / "new.nii.gz"))
    assert np.allclose(saved.affine, affine, atol=1e-4)
    assert saved.get_data_dtype() == np.int16


@pytest.mark.parametrize("dtype", [bool, np.uint8])
def test_voxels_that_cannot_hold_air_are_told(dtype):
    small = Volume(np.ones((2, 2, 2), dtype), np.eye(4))
    with pytest.raises(InputError, match=r"outside=-1024: .* hold whole numbers from 0 to"):
        regrid(small, grid((3, 3, 3), np.eye(4)))
    assert regrid(small, grid((3, 3, 3), np.eye(4)), outside=0).array.sum() == 8
