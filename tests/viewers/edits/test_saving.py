"""What was painted is what lies on disk: the voxels, the orientation, the header, and nothing else."""

import itertools
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import Editor, Journal
from tests.viewers.edits.cases import make_case, stroke

ORIENTATIONS = ["".join(codes) for axes in itertools.permutations(("RL", "AP", "SI")) for codes in itertools.product(*axes)]


def write_oriented(folder: Path, codes: str) -> None:
    """A case whose files lie in that order of axes, slightly oblique, with a header of their own."""
    tilt = np.eye(4)
    tilt[:3, :3] = [[1, 0, 0], [0, np.cos(0.1), -np.sin(0.1)], [0, np.sin(0.1), np.cos(0.1)]]
    ras = tilt @ np.diag([0.8, 1.1, 2.5, 1])
    ras[:3, 3] = (-31, 12, 250)
    (folder / "segmentations").mkdir(parents=True)
    liver = np.zeros((5, 6, 7), np.uint8)
    liver[1:4, 2:5, 3:6] = 1
    for name, array in {"ct": np.arange(210).reshape(5, 6, 7).astype(np.int16), "segmentations/liver": liver}.items():
        turned = nib.Nifti1Image(array, ras).as_reoriented(
            nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), nib.orientations.axcodes2ornt(codes))
        )
        image = nib.Nifti1Image(np.asarray(turned.dataobj), turned.affine)
        image.header["descrip"] = b"as it was"
        image.set_qform(turned.affine, code=1)
        image.set_sform(turned.affine, code=2)
        nib.save(image, folder / f"{name}.nii.gz")


@pytest.mark.parametrize("codes", ORIENTATIONS)
def test_painted_voxels_arrive_in_every_orientation(codes, tmp_path, journals):
    write_oriented(tmp_path / "P1", codes)
    before = {path.name: nib.load(path) for path in tmp_path.rglob("*.nii.gz")}
    liver = np.asarray(before["liver.nii.gz"].dataobj).copy()
    ct_file = (tmp_path / "P1" / "ct.nii.gz").read_bytes()
    case = Case.open(tmp_path / "P1")
    editor = Editor(case, ["liver", "pancreas"])
    added, taken = [(0, 0, 0), (4, 1, 6), (3, 5, 0)], [(1, 2, 3), (3, 4, 5)]
    editor.paint("liver", stroke(*added, shape=case.ct.shape), True)
    editor.paint("liver", stroke(*taken, shape=case.ct.shape), False)
    editor.paint("pancreas", stroke((2, 0, 6), shape=case.ct.shape), True)
    assert editor.save() == tmp_path / "P1"
    assert list(journals.iterdir()) == []
    assert editor.unsaved == 0

    def raw(voxel):
        """Where a RAS voxel lies in the file, by its millimetres."""
        return tuple(np.rint(np.linalg.inv(before["ct.nii.gz"].affine) @ case.ct.affine @ (*voxel, 1)).astype(int)[:3])

    for voxel in added:
        liver[raw(voxel)] = 1
    for voxel in taken:
        liver[raw(voxel)] = 0
    pancreas = np.zeros_like(liver)
    pancreas[raw((2, 0, 6))] = 1
    for name, expected in {"liver": liver, "pancreas": pancreas}.items():
        image = nib.load(tmp_path / "P1" / "segmentations" / f"{name}.nii.gz")
        assert "".join(nib.aff2axcodes(image.affine)) == codes
        assert np.array_equal(np.asarray(image.dataobj), expected)
        assert image.get_data_dtype() == np.uint8
        for field in ("descrip", "qform_code", "sform_code", "pixdim", "srow_x", "srow_y", "srow_z", "quatern_b", "qoffset_x"):
            assert np.array_equal(image.header[field], before["ct.nii.gz"].header[field]), field
    assert (tmp_path / "P1" / "ct.nii.gz").read_bytes() == ct_file


def test_a_save_writes_only_what_changed(on_disk):
    files = sorted((on_disk.folder / "segmentations").iterdir())
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in [*files, on_disk.folder / "ct.nii.gz"]}
    editor = Editor(on_disk, ["liver", "spleen"])
    editor.paint("spleen", stroke((0, 0, 0)), True)
    editor.undo()
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.save()
    after = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in before}
    assert [path.name for path in before if before[path] != after[path]] == ["liver.nii.gz"]


def test_undo_goes_on_after_a_save_and_is_an_edit_to_save(on_disk, journals):
    editor = Editor(on_disk, "liver")
    original = editor.mask("liver")
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.save()
    assert (editor.can_undo, editor.unsaved) == (True, 0)
    editor.undo()
    assert (editor.unsaved, len(list(journals.iterdir()))) == (1, 1)
    editor.close()
    again = Editor(Case.open(on_disk.folder), "liver")
    assert (again.offer.count, again.offer.same) == (1, True)
    again.restore()
    assert np.array_equal(again.mask("liver"), original)
    again.save()
    assert np.array_equal(Case.open(on_disk.folder).labels["liver"], original)


def test_a_save_that_fails_keeps_everything_and_can_be_tried_again(on_disk, journals, monkeypatch):
    editor = Editor(on_disk, "liver")
    editor.paint("liver", stroke((0, 0, 0)), True)

    def full(*_, **__):
        raise InputError("liver.nii.gz: cannot be written: the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Case, "save", full)
        with pytest.raises(InputError, match="the disk is full"):
            editor.save()
    assert editor.unsaved == 1
    assert len(list(journals.iterdir())) == 1
    assert Case.open(on_disk.folder).labels["liver"].sum() == 64
    editor.paint("liver", stroke((1, 0, 0)), True)
    editor.save()
    assert Case.open(on_disk.folder).labels["liver"].sum() == 66
    assert not any(journals.iterdir())


def test_a_crash_between_saving_and_removing_the_journal_offers_nothing(on_disk, journals, monkeypatch):
    editor = Editor(on_disk, ["liver", "spleen"])
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.paint("spleen", stroke((0, 0, 0)), True)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "discard", lambda self: None)
        editor.save()
    assert len(list(journals.iterdir())) == 1
    again = Editor(Case.open(on_disk.folder), "liver")
    assert again.offer is None
    again.paint("liver", stroke((1, 0, 0)), True)
    again.close()
    assert Editor(Case.open(on_disk.folder), "liver").offer.count == 1, "only what came after the save"


def test_a_crash_while_saving_offers_what_is_not_on_disk_yet(on_disk, monkeypatch):
    editor = Editor(on_disk, ["liver", "spleen"])
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.paint("spleen", stroke((0, 0, 0)), True)
    half_way = {"liver": editor.mask("liver")}
    with monkeypatch.context() as patch:
        patch.setattr(Case, "save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            editor.save()
    editor.close()
    case = Case.open(on_disk.folder)
    case.labels["liver"] = half_way["liver"]
    case.save(case.folder.parent)
    again = Editor(Case.open(on_disk.folder), ["liver", "spleen"])
    assert (again.offer.structures, again.offer.same) == (("spleen",), True)
    again.restore()
    assert again.mask("spleen")[0, 0, 0]


def test_a_case_in_memory_keeps_its_journal_until_it_is_on_disk(case, journals, tmp_path):
    editor = Editor(case, "liver")
    editor.paint("liver", stroke((0, 0, 0)), True)
    assert editor.save() is None
    assert (editor.unsaved, case.labels["liver"].sum()) == (0, 65)
    assert Editor(case, "liver").offer is None, "this case has the edits"
    editor.close()
    anew = Editor(make_case(), "liver")
    assert (anew.offer.count, anew.offer.same) == (1, True), "after a crash the case that is made anew has not"
    anew.restore()
    assert anew.mask("liver").sum() == 65
    anew.paint("liver", stroke((1, 0, 0)), True)
    anew.save()
    anew.case.save(tmp_path / "atlas")
    assert anew.save() == tmp_path / "atlas" / "P1"
    assert not any(journals.iterdir())
    assert Case.open(tmp_path / "atlas" / "P1").labels["liver"].sum() == 66


def test_edits_after_a_save_in_memory_are_offered_to_that_case_alone(case):
    editor = Editor(case, "liver")
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.save()
    editor.paint("liver", stroke((1, 0, 0)), True)
    editor.close()
    assert Editor(case, "liver").offer.count == 1
    assert Editor(make_case(), "liver").offer.count == 2


def test_a_case_that_gets_a_folder_takes_its_journal_along(case, journals, tmp_path):
    editor = Editor(case, "liver")
    editor.paint("liver", stroke((0, 0, 0)), True)
    case.save(tmp_path / "atlas")
    editor.paint("liver", stroke((1, 0, 0)), True)
    assert list(journals.iterdir()) == [Journal.path_of(case)]
    editor.close()
    opened = Editor(Case.open(tmp_path / "atlas" / "P1"), "liver")
    opened.restore()
    assert opened.mask("liver").sum() == 66


def test_closing_an_editor_whose_case_is_on_disk_leaves_nothing(case, journals, tmp_path):
    editor = Editor(case, "liver")
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.save()
    case.save(tmp_path / "atlas")
    editor.close()
    assert not any(journals.iterdir())
    with pytest.raises(InputError, match="P1: this editor is closed"):
        editor.paint("liver", stroke((1, 0, 0)), True)


def test_a_save_without_edits_writes_nothing(on_disk, journals):
    before = {path: path.stat().st_mtime_ns for path in on_disk.folder.rglob("*")}
    assert Editor(on_disk, "liver").save() == on_disk.folder
    assert {path: path.stat().st_mtime_ns for path in on_disk.folder.rglob("*")} == before
    assert not journals.exists()


def test_a_folder_with_another_name_than_its_case_is_not_saved_as_a_second_case(on_disk, journals):
    folder = on_disk.folder.rename(on_disk.folder.with_name("copy"))
    case = Case.open(folder)
    editor = Editor(case, "liver")
    editor.paint("liver", stroke((0, 0, 0)), True)
    with pytest.raises(InputError, match=r"copy: holds the case 'P1', .*; set case.id = 'copy' to save it there"):
        editor.save()
    assert (editor.unsaved, len(list(journals.iterdir()))) == (1, 1)
    case.id = "copy"
    assert editor.save() == folder
    assert Case.open(folder).labels["liver"].sum() == 65
    assert [path.name for path in folder.parent.iterdir()] == ["copy"]
    assert not any(journals.iterdir())
