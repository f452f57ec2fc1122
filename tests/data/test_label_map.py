"""Named structures: what is known, what is absent, and what a combined file can and cannot say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask, read_mask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

SHAPE = (8, 9, 10)


def box(x, y, z, shape=SHAPE):
    mask = np.zeros(shape, dtype=bool)
    mask[x[0] : x[1], y[0] : y[1], z[0] : z[1]] = True
    return mask


@given(hnp.arrays(bool, st.tuples(*[st.integers(1, 6)] * 3)))
def test_a_cropped_mask_is_the_mask(mask):
    cropped = CroppedMask.of(mask)
    np.testing.assert_array_equal(cropped.full, mask)
    assert cropped.voxels == mask.sum()
    shell = np.ones_like(mask)
    shell[1:-1, 1:-1, 1:-1] = False
    assert cropped.touches_border == bool((mask & shell).any())
    for voxel in np.ndindex(mask.shape):
        assert cropped.at(voxel) == mask[voxel]


def test_status_says_present_absent_unknown_or_cut():
    labels = LabelMap(
        {"liver": box((2, 5), (2, 5), (2, 5)), "gall_bladder": np.zeros(SHAPE, bool), "aorta": box((2, 4), (2, 4), (0, 10))},
        np.eye(4),
    )
    assert [labels.status(n) for n in ("liver", "gall_bladder", "aorta", "spleen")] == ["present", "absent", "cut", "unknown"]
    assert labels.volume_ml("liver") == pytest.approx(27 / 1000)


def test_structures_overlap_and_the_smaller_ones_show_in_combined():
    liver, vessel, tumor = box((1, 7), (1, 7), (1, 7)), box((2, 4), (2, 4), (2, 4)), box((3, 5), (3, 5), (3, 5))
    labels = LabelMap({"liver_tumor": tumor, "hepatic_vessel": vessel, "liver": liver}, np.eye(4))
    combined = labels.combined
    assert combined.dtype == np.uint8
    assert set(np.unique(combined)) == {0, 5, 19, 26}
    assert (combined[tumor] == 26).all()
    assert (combined[vessel & ~tumor] == 19).all()
    assert (labels["liver"] & labels["liver_tumor"]).sum() == tumor.sum()


def test_a_name_outside_the_release_gets_a_free_id():
    labels = LabelMap({"soft_tissue_sarcoma": box((1, 2), (1, 2), (1, 2)), "liver": box((4, 5), (4, 5), (4, 5))}, np.eye(4))
    assert set(np.unique(labels.combined)) == {0, 5, 33}
    own = LabelMap(dict(labels), np.eye(4), {"liver": 7, "soft_tissue_sarcoma": 9})
    assert set(np.unique(own.combined)) == {0, 7, 9}


def test_assigning_and_deleting_change_what_is_known():
    labels = LabelMap({}, np.eye(4), shape=SHAPE)
    labels["spleen"] = box((2, 3), (2, 3), (2, 3))
    assert list(labels) == ["spleen"]
    del labels["spleen"]
    assert labels.status("spleen") == "unknown"
    with pytest.raises(InputError, match=r"'splen' is not annotated here"):
        labels["splen"]


@pytest.mark.parametrize(
    ("name", "mask", "said"),
    [
        ("liver", np.zeros((2, 2, 2)), r"shape \(2, 2, 2\), but the grid has \(8, 9, 10\)"),
        ("../liver", np.zeros(SHAPE), "cannot be a structure's name"),
        ("", np.zeros(SHAPE), "cannot be a structure's name"),
        ("liver", np.full(SHAPE, 0.3), r"liver: holds the values 0\.3; .*threshold a probability map"),
        ("liver", np.full(SHAPE, np.nan), "liver: holds the values nan"),
        ("liver", np.full(SHAPE, -1), "liver: holds the values -1"),
        ("liver", np.arange(720).reshape(SHAPE), "liver: holds the values 0, 1, 2, 3, 4, …"),
    ],
)
def test_what_does_not_fit_is_refused(name, mask, said):
    with pytest.raises(InputError, match=said):
        LabelMap({}, np.eye(4), shape=SHAPE)[name] = mask


def test_a_mask_on_another_grid_is_named(tmp_path):
    path = Volume(np.ones((4, 4, 4), np.uint8), np.diag([1, 1, 2, 1])).save(tmp_path / "liver.nii.gz")
    with pytest.raises(InputError, match=r"liver\.nii\.gz: has shape \(4, 4, 4\), but the CT has \(4, 4, 5\)"):
        read_mask(path, (4, 4, 5), np.diag([1.0, 1, 2, 1]))
    moved = np.diag([1.0, 1, 2, 1])
    moved[0, 3] = 3
    with pytest.raises(InputError, match="lies elsewhere"):
        read_mask(path, (4, 4, 4), moved)


def test_a_file_with_several_values_is_not_a_mask(tmp_path):
    path = Volume(np.arange(8, dtype=np.uint8).reshape(2, 2, 2), np.eye(4)).save(tmp_path / "liver.nii.gz")
    with pytest.raises(InputError, match="holds the values 0, 1, 2, 3, 4"):
        read_mask(path, (2, 2, 2), np.eye(4))
    path = Volume(np.array([[[0, 255]]], np.uint8), np.eye(4)).save(tmp_path / "spleen.nii.gz")
    np.testing.assert_array_equal(read_mask(path, (1, 1, 2), np.eye(4)), [[[False, True]]])


def test_ids_are_full_one_day():
    names = {f"extra_{i}": np.zeros((1, 1, 1), bool) for i in range(anatomy.MAX_ID)}
    with pytest.raises(InputError, match="no id is left"):
        _ = LabelMap(names, np.eye(4)).combined


def test_an_array_is_no_label_map():
    with pytest.raises(InputError, match="made of masks by name"):
        LabelMap(np.zeros((2, 2, 2), bool), np.eye(4))
