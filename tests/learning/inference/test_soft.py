"""Probabilities: a byte a voxel, boxes in memory, files on disk."""

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.learning.inference import SoftPredictions
from atlas_lab.learning.inference.soft import Crop, on_grid

SHAPE, AFFINE = (12, 10, 8), np.diag([2.0, 2, 3, 1])


def crop(values, first=(4, 3, 2)):
    return Crop(tuple(slice(f, f + n) for f, n in zip(first, values.shape, strict=True)), values)


@pytest.fixture
def soft():
    values = np.arange(1, 61, dtype=np.uint8).reshape(5, 4, 3) * 4
    return SoftPredictions({"liver": lambda: crop(values), "spleen": lambda: crop(values[:1, :1, :1])}, AFFINE, SHAPE)


def test_it_is_a_mapping_of_whole_arrays(soft):
    assert list(soft) == ["liver", "spleen"]
    assert (soft["liver"].shape, soft["liver"].dtype) == (SHAPE, np.uint8)
    assert soft["liver"][4:9, 3:7, 2:5].max() == 240
    assert soft["liver"].sum() == soft.cropped("liver").values.sum()


def test_labels_are_above_one_half(soft):
    assert np.array_equal(soft.labels()["liver"], soft["liver"] >= 128)
    assert np.array_equal(soft.labels(0.9)["liver"], soft["liver"] > 0.9 * 255)
    assert soft.labels().status("spleen") == "absent"


def test_files_hold_the_same_bytes_for_everyone(soft, tmp_path):
    folder = soft.save(tmp_path / "soft")
    for name in soft:
        image = nib.load(folder / f"{name}.nii.gz")
        assert image.get_data_dtype() == np.uint8
        assert np.array_equal(np.asarray(image.dataobj), soft[name])
        assert np.array_equal(image.affine, AFFINE)
    opened = SoftPredictions.open(folder)
    assert all(np.array_equal(opened[name], soft[name]) for name in soft)
    with pytest.raises(InputError, match="already exists"):
        soft.save(folder)


def test_files_that_are_no_probabilities_are_named(soft, tmp_path):
    with pytest.raises(InputError, match="holds no probabilities"):
        SoftPredictions.open(tmp_path)
    soft.save(tmp_path / "soft")
    Volume(np.zeros(SHAPE, np.int16), AFFINE).save(tmp_path / "soft" / "a.nii.gz")
    with pytest.raises(InputError, match=r"a\.nii\.gz: holds int16"):
        SoftPredictions.open(tmp_path / "soft")
    (tmp_path / "soft" / "a.nii.gz").unlink()
    Volume(np.zeros((2, 2, 2), np.uint8), AFFINE).save(tmp_path / "soft" / "z.nii.gz")
    with pytest.raises(InputError, match=r"z\.nii\.gz: lies on another grid than liver\.nii\.gz"):
        SoftPredictions.open(tmp_path / "soft")
    with pytest.raises(InputError, match="no probabilities of 'livr': did you mean 'liver'"):
        soft.cropped("livr")


def test_the_same_grid_changes_nothing(soft):
    like = Volume(np.zeros(SHAPE, np.int16), AFFINE)
    box, values = on_grid(soft.cropped("liver"), SHAPE, AFFINE, like)
    assert box == soft.cropped("liver").box
    assert np.array_equal(values, soft.cropped("liver").values)


def test_a_finer_grid_is_interpolated_linearly():
    values = np.full((3, 3, 3), 200, np.uint8)
    fine = AFFINE @ np.diag([0.5, 1, 1, 1])
    box, found = on_grid(crop(values, (4, 3, 2)), SHAPE, AFFINE, Volume(np.zeros((24, 10, 8), np.int16), fine))
    assert (box[0], box[1:]) == (slice(7, 14), (slice(3, 6), slice(2, 5)))
    assert found[:, 1, 1].tolist() == [100, 200, 200, 200, 200, 200, 100]


def test_at_the_edge_of_the_field_of_view_nothing_fades():
    values = np.full((2, 3, 3), 200, np.uint8)
    fine = AFFINE @ np.diag([0.5, 1, 1, 1])
    fine[0, 3] = -0.5  # the same field of view: voxels of 1 mm begin half of one before
    box, found = on_grid(crop(values, (0, 3, 2)), SHAPE, AFFINE, Volume(np.zeros((24, 10, 8), np.int16), fine))
    assert box[0].start == 0
    assert found[0, 1, 1] == 200


def test_beyond_the_grid_there_is_nothing(soft):
    far = AFFINE.copy()
    far[:3, 3] = 1000
    assert on_grid(soft.cropped("liver"), SHAPE, AFFINE, Volume(np.zeros(SHAPE, np.int16), far)).values.size == 0
