"""Resampling, cropping and windows leave everything where it is in the patient."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.transforms import WINDOWS, crop_to_foreground, resample, window
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

RAS = np.eye(4)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def ball(shape, center, radius_mm, spacing):
    grid = np.indices(shape).reshape(3, -1).T
    return (np.linalg.norm((grid - center) * spacing, axis=1) <= radius_mm).reshape(shape)


def middle_mm(mask, affine):
    return (affine @ [*np.argwhere(mask).mean(axis=0), 1])[:3]


def patient(spacing=(2.0, 2.0, 3.0), turn=RAS):
    """A bright ball (the body) around a brighter one (the liver), saved in an order of axes of its own."""
    shape = (20, 22, 16)
    affine = turn @ np.diag([*spacing, 1.0])
    affine[:3, 3] = (11, -7, 30)
    body = ball(shape, (10, 11, 8), 14, spacing)
    liver = ball(shape, (9, 12, 8), 7, spacing)
    hu = np.where(body, 40, -1000).astype(np.int16)
    hu[liver] = 110
    ct = Volume(hu, affine)
    turned = Volume(liver.astype(np.uint8), affine).array.astype(bool)
    return Case("P1", ct, LabelMap({"liver": turned, "spleen": np.zeros_like(turned)}, ct.affine))


@settings(max_examples=25)
@given(
    spacing=st.tuples(*[st.floats(1, 4)] * 3),
    new=st.tuples(*[st.floats(1, 4)] * 3),
    turn=st.sampled_from([np.eye(4), LPS, np.eye(4)[[2, 0, 1, 3]]]),
)
def test_resampling_moves_nothing_in_the_patient(spacing, new, turn):
    case = patient(spacing, turn)
    other = resample(case, new)
    assert np.allclose(other.ct.spacing, new)
    assert other.labels.shape == other.ct.shape
    before, after = middle_mm(case.labels["liver"], case.ct.affine), middle_mm(other.labels["liver"], other.ct.affine)
    assert (np.abs(before - after) <= np.maximum(case.ct.spacing, new) / 2).all()
    assert other.labels.status("spleen") == "absent"


def test_the_same_spacing_changes_nothing():
    case = patient()
    other = resample(case, case.ct.spacing)
    assert np.array_equal(other.ct.array, case.ct.array)
    assert other.ct.array.dtype == np.int16
    assert np.array_equal(other.labels["liver"], case.labels["liver"])
    assert np.allclose(other.ct.affine, case.ct.affine)


def test_hu_are_interpolated_linearly():
    ramp = Volume(np.arange(0, 80, 10, dtype=np.int16)[:, None, None].repeat(2, 1).repeat(2, 2), np.eye(4))
    finer = resample(ramp, (0.5, 1, 1)).array[:, 0, 0]
    assert finer[1:-1].tolist() == np.rint(np.arange(2.5, 70, 5)).tolist()


def test_a_volume_is_kept_and_a_tiny_lesion_is_never_lost():
    case = patient((1.0, 1.0, 1.0))
    assert resample(case.labels, 0.5).volume_ml("liver") == pytest.approx(case.labels.volume_ml("liver"), rel=0.05)
    speck = np.zeros((21, 21, 21), dtype=bool)
    speck[5, 6, 7] = True
    small = resample(LabelMap({"liver_tumor": speck}, np.eye(4)), 5)
    assert small["liver_tumor"].sum() == 1
    assert np.abs(middle_mm(small["liver_tumor"], small.affine) - (5, 6, 7)).max() <= 2.5


def test_a_structure_cut_by_the_field_of_view_stays_cut():
    mask = np.zeros((8, 8, 8), dtype=bool)
    mask[:3] = True
    assert resample(LabelMap({"liver": mask}, np.eye(4)), 0.5)["liver"].sum() == 6 * 16 * 16


def test_cropping_keeps_the_patient_and_the_world(tmp_path):
    case = patient(turn=LPS)
    case.ct.array[0, 0, 0] = 500  # a speck outside the patient: not foreground
    cropped = crop_to_foreground(case, margin_mm=2)
    assert np.prod(cropped.ct.shape) < np.prod(case.ct.shape)
    assert (cropped.ct.array > -500).sum() == (case.ct.array > -500).sum() - 1
    assert np.allclose(middle_mm(cropped.labels["liver"], cropped.ct.affine), middle_mm(case.labels["liver"], case.ct.affine))
    assert cropped.ct.array[0].max() == -1000  # the margin


def test_what_was_changed_is_saved_in_the_original_orientation(tmp_path):
    path = patient().save(tmp_path)
    image = nib.load(path / "ct.nii.gz")
    nib.save(image.as_reoriented(nib.orientations.axcodes2ornt("LPS")), path / "ct.nii.gz")
    for name, make in {"resampled": lambda c: resample(c, 2.5), "cropped": lambda c: crop_to_foreground(c, 0)}.items():
        case = make(Case.open(path))
        again = Case.open(case.save(tmp_path / name))
        assert again.ct.original_orientation == case.ct.original_orientation == "LPS"
        assert again.ct.shape != Case.open(path).ct.shape
        assert np.allclose(again.ct.affine, case.ct.affine)
        assert np.array_equal(again.ct.array, case.ct.array)
        assert np.array_equal(again.labels["liver"], case.labels["liver"])


def test_windows_run_from_black_to_white():
    hu = np.array([-2000, -160, 40, 240, 3000], dtype=np.int16)
    assert window(hu).tolist() == [0, 0, 0.5, 1, 1]
    assert window(hu, (40, 400)).dtype == np.float32
    assert window(np.array([np.nan, 60.0]), "liver").tolist() == [0, 0.5]
    assert WINDOWS["soft tissue"] == (40, 400)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda c: window(c.ct.array, "livr"), "unknown window 'livr': did you mean 'liver'"),
        (lambda c: window(c.ct.array, (40, 0)), "a width above 0"),
        (lambda c: resample(c, 0), "must be above 0 mm"),
        (lambda c: resample(c.ct, (1, float("nan"), 1)), "must be above 0 mm"),
        (lambda c: crop_to_foreground(c, -1), "must be 0 or more"),
        (lambda c: crop_to_foreground(c, threshold_hu=4000), "P1: no voxel is above 4000 HU"),
    ],
)
def test_wrong_values_are_told(wrong, said):
    with pytest.raises(InputError, match=said):
        wrong(patient())
