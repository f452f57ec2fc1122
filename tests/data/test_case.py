"""A case on disk: lazily opened, saved whole or not at all, and equal to itself after a round trip."""

import json
import shutil

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data import nifti
from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

LPS = np.diag([-0.8, -0.8, 2.5, 1.0])


@pytest.fixture
def case(tmp_path):
    """A case whose files lie in LPS order, with overlapping, absent and unknown structures."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "in" / "BDMAP_00000001"
    (folder / "segmentations").mkdir(parents=True)
    nib.save(nib.Nifti1Image(rng.integers(-1000, 1000, (10, 11, 12)).astype(np.int16), LPS), folder / "ct.nii.gz")
    liver = np.zeros((10, 11, 12), np.uint8)
    liver[2:8, 2:8, 2:8] = 1
    tumor = np.zeros_like(liver)
    tumor[3:5, 3:5, 3:5] = 1
    for name, mask in {"liver": liver, "liver_tumor": tumor, "gall_bladder": np.zeros_like(liver)}.items():
        nib.save(nib.Nifti1Image(mask, LPS), folder / "segmentations" / f"{name}.nii.gz")
    return Case.open(folder)


def test_a_round_trip_keeps_voxels_masks_orientation_and_what_is_known(case, tmp_path):
    case.meta["phase"] = "portal"
    saved = Case.open(case.save(tmp_path / "out"))
    np.testing.assert_array_equal(saved.ct.array, case.ct.array)
    assert saved.ct.original_orientation == "LPS"
    assert list(saved.labels) == ["gall_bladder", "liver", "liver_tumor"]
    for name in case.labels:
        np.testing.assert_array_equal(saved.labels[name], case.labels[name])
    assert saved.labels.status("gall_bladder") == "absent"
    assert saved.labels.status("spleen") == "unknown"
    assert saved.meta == {"phase": "portal"}
    mask = nib.load(saved.folder / "segmentations" / "liver.nii.gz")
    assert nib.aff2axcodes(mask.affine) == ("L", "P", "S")
    assert mask.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(np.asarray(mask.dataobj), nib.load(case.folder / "segmentations" / "liver.nii.gz").get_fdata())


def test_combined_labels_have_the_release_ids_and_open_on_their_own(case, tmp_path):
    folder = case.save(tmp_path / "out")
    combined = np.asarray(nib.load(folder / "combined_labels.nii.gz").dataobj)
    assert set(np.unique(combined)) == {0, 5, 26}
    shutil.rmtree(folder / "segmentations")
    alone = Case.open(folder)
    assert list(alone.labels) == ["liver", "liver_tumor"]
    np.testing.assert_array_equal(alone.labels["liver_tumor"], case.labels["liver_tumor"])
    np.testing.assert_array_equal(alone.labels["liver"], case.labels["liver"] & ~case.labels["liver_tumor"])


def test_a_case_nobody_annotated_stays_one(case, tmp_path):
    for name in list(case.labels):
        del case.labels[name]
    folder = case.save(tmp_path / "out")
    assert len(Case.open(folder).labels) == 0
    assert Atlas.open(folder.parent).structures() == {}


def test_ids_outside_the_release_are_refused_until_they_have_names(case, tmp_path):
    folder = case.save(tmp_path / "out")
    shutil.rmtree(folder / "segmentations")
    nifti.write(
        folder / "combined_labels.nii.gz", np.where(case.labels["liver"], 77, 0).astype(np.uint8), case.ct.affine, case.ct.disk
    )
    with pytest.raises(InputError, match=r"combined_labels\.nii\.gz: label ids 77 are outside the class map"):
        Case.open(folder)
    named = Case.open(folder, class_map={"left_atrium": 77})
    np.testing.assert_array_equal(named.labels["left_atrium"], case.labels["liver"])


def test_edits_are_saved_in_place_and_removed_structures_leave(case, tmp_path):
    folder = case.save(tmp_path / "out")
    opened = Case.open(folder)
    ct_before = (folder / "ct.nii.gz").stat().st_mtime_ns
    edited = opened.labels["liver"]
    edited[0, 0, 0] = True
    opened.labels["liver"] = edited
    del opened.labels["gall_bladder"]
    opened.save(tmp_path / "out")
    again = Case.open(folder)
    assert again.labels["liver"][0, 0, 0]
    assert again.labels.status("gall_bladder") == "unknown"
    assert (folder / "ct.nii.gz").stat().st_mtime_ns == ct_before
    assert (folder / "segmentations" / "liver.nii.gz").is_file()
    assert not [p for p in folder.rglob("*") if p.name.startswith(".part-")]


def test_saving_in_place_keeps_what_somebody_else_drew_meanwhile(case, tmp_path):
    folder = case.save(tmp_path / "out")
    mine, theirs = Case.open(folder), Case.open(folder)
    theirs.labels["spleen"] = theirs.labels["liver"]
    theirs.labels["liver_tumor"] = np.zeros(theirs.ct.shape, bool)
    theirs.save(tmp_path / "out")
    mine.labels["liver"] = np.ones(mine.ct.shape, bool)
    mine.save(tmp_path / "out")
    together = Case.open(folder)
    assert together.labels["liver"].all()
    assert together.labels.status("liver_tumor") == "absent"
    assert "spleen" in together.labels


def test_another_case_of_the_same_name_is_not_overwritten_by_accident(case, tmp_path):
    folder = case.save(tmp_path / "out")
    other = Case(case.id, case.ct.like(np.zeros(case.ct.shape, np.int16)), LabelMap({}, case.ct.affine, shape=case.ct.shape))
    with pytest.raises(InputError, match="holds a case already"):
        other.save(tmp_path / "out")
    assert list(Case.open(folder).labels) == ["gall_bladder", "liver", "liver_tumor"]
    (folder / "notes.txt").write_text("mine")
    other.save(tmp_path / "out", overwrite=True)
    assert (folder / "notes.txt").read_text() == "mine"
    assert not len(Case.open(folder).labels)
    assert (Case.open(folder).ct.array == 0).all()
    assert [p.name for p in (tmp_path / "out").iterdir()] == [case.id]


def test_a_save_that_fails_leaves_no_half_case(case, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("atlas_lab.data.label_files.save_combined", fail)
    with pytest.raises(InputError, match="the disk is full"):
        case.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_mask_on_another_grid_is_named_when_it_is_touched(case):
    nib.save(nib.Nifti1Image(np.ones((3, 3, 3), np.uint8), LPS), case.folder / "segmentations" / "spleen.nii.gz")
    opened = Case.open(case.folder)
    with pytest.raises(InputError, match=r"segmentations/spleen\.nii\.gz: has shape \(3, 3, 3\)"):
        opened.labels["spleen"]


def test_a_file_alone_is_a_case_without_labels(case):
    shutil.copy(case.folder / "ct.nii.gz", case.folder.parent / "portal.nii.gz")
    alone = Case.open(case.folder.parent / "portal.nii.gz")
    assert (alone.id, len(alone.labels)) == ("portal", 0)
    with pytest.warns(UserWarning, match=r"liver\.nii\.gz: .* is it a label file\?"):
        Case.open(case.folder / "segmentations" / "liver.nii.gz")


@pytest.mark.parametrize("id", ["", "../x", "a/b", ".hidden"])
def test_an_id_that_is_not_a_folder_name_is_refused(id, tmp_path):
    ct = Volume(np.zeros((2, 2, 2), np.int16), np.eye(4))
    with pytest.raises(InputError, match="cannot be a case's id"):
        Case(id, ct, LabelMap({}, np.eye(4), shape=(2, 2, 2)))
    renamed = Case("fine", ct, LabelMap({}, np.eye(4), shape=(2, 2, 2)))
    renamed.id = id
    with pytest.raises(InputError, match="cannot be a case's id"):
        renamed.save(tmp_path / "deep")
    assert list(tmp_path.iterdir()) == []


def test_a_case_opened_by_a_relative_path_survives_a_change_of_folder(case, tmp_path, monkeypatch):
    monkeypatch.chdir(case.folder.parent)
    opened = [Case.open(case.id), Case.open(f"{case.id}/ct.nii.gz"), Atlas.open(".")[0]]
    volume = Volume.open(f"{case.id}/ct.nii.gz")
    monkeypatch.chdir(tmp_path)
    for other in opened:
        np.testing.assert_array_equal(other.ct.array, case.ct.array)
        np.testing.assert_array_equal(other.labels["liver"], case.labels["liver"])
    np.testing.assert_array_equal(volume.array, case.ct.array)


def test_nothing_to_open_is_said_plainly(tmp_path, case):
    with pytest.raises(InputError, match="none: does not exist"):
        Case.open(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: is an empty folder"):
        Case.open(tmp_path / "empty")
    with pytest.raises(InputError, match=r"is a folder of cases, not one case; open it with al\.Atlas\.open"):
        Case.open(case.folder.parent)
    (case.folder / "case.json").write_text("{not json")
    with pytest.raises(InputError, match=r"case\.json: cannot be read as JSON"):
        Case.open(case.folder)
    (case.folder / "case.json").write_text(json.dumps({"class_map": {"liver": "x"}}))
    with pytest.raises(InputError, match=r"case\.json: class map: 'liver' has id 'x'"):
        Case.open(case.folder)
    (case.folder / "case.json").write_text(json.dumps([1]))
    with pytest.raises(InputError, match=r"case\.json: holds list"):
        Case.open(case.folder)
    (case.folder / "ct.nii.gz").unlink()
    with pytest.raises(InputError, match=r"has segmentations/ but no ct\.nii\.gz"):
        Case.open(case.folder)


@pytest.mark.real
def test_a_dicom_folder_is_a_case_with_the_contours_beside_it(real_data, tmp_path):
    for part in ("STS_019_CT", "STS_019_RTSTRUCT"):
        shutil.copytree(real_data / "dicom" / part, tmp_path / "scan" / part)
    case = Case.open(tmp_path / "scan")
    truth = Case.open(real_data / "cases" / "STS_019")
    np.testing.assert_array_equal(case.ct.array, truth.ct.array)
    (name,) = case.labels
    ours, theirs = case.labels[name], truth.labels["soft_tissue_sarcoma"]
    assert 2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()) >= 0.98
    saved = Case.open(case.save(tmp_path / "out"))
    np.testing.assert_array_equal(saved.ct.array, truth.ct.array)
    assert saved.ct.original_orientation == "LPS"
    assert "STS" not in (saved.folder / "case.json").read_text().replace('"id": "scan"', "")


@pytest.mark.real
def test_a_real_case_survives_a_round_trip(real_data, tmp_path):
    case = Case.open(real_data / "cases" / "TS_ABD_0001")
    assert len(case.labels) == 22
    assert case.labels.cropped("liver").voxels == 41692
    assert case.labels.status("esophagus") == "absent"
    assert case.labels.status("rectum") == "unknown"
    saved = Case.open(case.save(tmp_path))
    for name in case.labels:
        np.testing.assert_array_equal(saved.labels[name], case.labels[name])
    np.testing.assert_array_equal(saved.ct.array, case.ct.array)
