"""What `source` may be, and what a lesson says when it lacks something."""

import shutil

import numpy as np
import pytest

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.lessons import open_atlas, open_case


@pytest.fixture
def folder(tmp_path):
    for number, names in enumerate((["spleen"], ["liver", "kidney_left", "kidney_right"]), 1):
        ct = Volume(np.zeros((4, 4, 4), np.int16), np.eye(4))
        mask = np.zeros((4, 4, 4), bool)
        mask[1:3, 1:3, 1:3] = True
        labels = LabelMap({**dict.fromkeys(names, mask), "gall_bladder": np.zeros((4, 4, 4), bool)}, np.eye(4))
        Case(f"case{number}", ct, labels).save(tmp_path / "atlas")
    return tmp_path / "atlas"


def test_an_atlas_gives_the_first_case_that_has_what_is_needed(folder):
    assert open_case(str(folder)).id == "case1"
    assert open_case(str(folder), needs=["liver"]).id == "case2"
    assert open_case(str(folder), needs=["kidney"]).id == "case2"
    assert open_case(str(folder), case_id="case1").id == "case1"


def test_a_case_folder_or_a_file_is_a_case(folder):
    assert open_case(str(folder / "case2"), needs=["liver"]).id == "case2"
    assert open_case(str(folder / "case2" / "ct.nii.gz"), needs=["liver"]).id == "case2"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"needs": ["aorta"]}, r"this lesson needs aorta \(not annotated\); case case1 has gall_bladder, spleen"),
        ({"needs": ["spleeen"]}, r"no case has the structure 'spleeen': did you mean 'spleen'\?"),
        ({"needs": ["gall_bladder"]}, r"this lesson needs gall_bladder \(absent\)"),
        ({"case_id": "case3"}, r"has no case 'case3'"),
    ],
)
def test_what_is_missing_is_named(folder, given, said):
    with pytest.raises(InputError, match=said):
        open_case(str(folder), **given)
    with pytest.raises(InputError, match=r"needs spleeen \(not annotated\); did you mean 'spleen'\? case case1 has"):
        open_case(str(folder / "case1"), needs=["spleeen"])


def test_a_folder_that_holds_nothing_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty folder"):
        open_case(str(tmp_path / "empty"))
    with pytest.raises(InputError, match="source is empty; give phantom, sample or a path"):
        open_case(" ")
    with pytest.raises(InputError, match="does not exist"):
        open_case(str(tmp_path / "nowhere"))


def test_an_atlas_must_be_annotated_for_what_the_lesson_needs(folder, tmp_path):
    assert len(open_atlas(str(folder), needs=["kidney"])) == 2
    with pytest.raises(InputError, match="no case is annotated for spleeen; did you mean 'spleen'"):
        open_atlas(str(folder), needs=["spleeen"])
    with pytest.raises(InputError, match="source is empty"):
        open_atlas("")
    ct = Volume(np.zeros((4, 4, 4), np.int16), np.eye(4))
    Case("bare", ct, LabelMap({}, np.eye(4), shape=ct.shape)).save(tmp_path / "bare")
    with pytest.raises(InputError, match="no case is annotated; masks belong in"):
        open_atlas(str(tmp_path / "bare"))


@pytest.mark.real
def test_a_broken_folder_of_dicom_files_says_what_is_wrong_with_it(real_data, tmp_path):
    shutil.copytree(real_data / "dicom" / "STS_019_CT", tmp_path / "scan", copy_function=shutil.copyfile)
    (tmp_path / "scan" / "000020.dcm").unlink()
    with pytest.raises(InputError, match="missing between"):
        open_case(str(tmp_path / "scan"))
    with pytest.raises(InputError, match=r"holds DICOM files, not a folder of cases; open one scan with al\.Case\.open"):
        Atlas.open(tmp_path / "scan")


@pytest.mark.real
def test_a_folder_of_dicom_files_is_a_case(real_data):
    case = open_case(str(real_data / "dicom" / "STS_019_CT"))
    assert case.ct.shape == (136, 134, 47)
