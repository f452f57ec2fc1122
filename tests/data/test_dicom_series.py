"""The right series is opened, out of folders and zips as people keep them."""

import re
import zipfile

import numpy as np
import pytest
from pydicom.uid import MediaStorageDirectoryStorage

from atlas_lab.data.dicom import find_rtstruct, list_series, read_ct
from atlas_lab.errors import InputError
from tests.data.dicom_files import dataset, save, write_rtstruct, write_series

SMALL = np.full((3, 4, 5), 1, np.int16)
LARGE = np.full((7, 4, 5), 2, np.int16)


@pytest.fixture
def study(tmp_path):
    """Two CT series, a larger MR, an RTSTRUCT, a DICOMDIR and a text file, in nested folders."""
    folder = tmp_path / "study"
    write_series(folder, SMALL, series="1.2.10", SeriesDescription="Portal venous 5.0")
    write_series(folder / "deeper" / "down", LARGE, series="1.2.20")
    write_series(folder, np.zeros((9, 4, 5), np.int16), series="1.2.30", modality="MR")
    write_rtstruct(folder / "RS.dcm", {"Liver": None}, series="1.2.20")
    save(folder / "DICOMDIR", dataset(MediaStorageDirectoryStorage, "", "1.2.40"))
    (folder / "README.txt").write_text("not DICOM")
    return folder


def _zipped(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
        archive.writestr("__MACOSX/._RS.dcm", b"a resource fork")
    return path


def test_the_series_there_are_listed_ct_first_largest_first(study):
    listed = list_series(study)
    assert [(s.uid, s.modality, s.slices, s.shape) for s in listed] == [
        ("1.2.20", "CT", 7, (5, 4, 7)),
        ("1.2.10", "CT", 3, (5, 4, 3)),
        ("1.2.30", "MR", 9, (5, 4, 9)),
    ]
    assert listed[1].description == "Portal venous 5.0"


@pytest.mark.parametrize("packed", [False, True])
def test_the_largest_ct_is_opened_unless_another_is_asked_for(study, packed):
    path = _zipped(study) if packed else study
    volume, _ = read_ct(path)
    assert volume.shape == (5, 4, 7)
    assert (volume.array == 2).all()
    other, meta = read_ct(path, series="1.2.10")
    assert (other.array == 1).all()
    assert other.shape == (5, 4, 3)
    assert meta["phase"] == "portal"


def test_a_zip_opens_to_what_its_folder_opens_to(study):
    packed, plain = read_ct(_zipped(study))[0], read_ct(study)[0]
    np.testing.assert_array_equal(packed.array, plain.array)
    np.testing.assert_array_equal(packed.affine, plain.affine)


def test_two_equally_large_series_are_a_warning(study):
    write_series(study, LARGE, series="1.2.50")
    with pytest.warns(UserWarning, match="two CT series are equally large"):
        read_ct(study)


def test_files_need_no_suffix(tmp_path):
    for number, path in enumerate(write_series(tmp_path, SMALL)):
        path.rename(tmp_path / f"IM{number:05}")
    assert read_ct(tmp_path)[0].shape == (5, 4, 3)


def test_the_rtstruct_of_a_series_is_found_newest_first(study):
    write_rtstruct(study / "new.dcm", {"Liver": None}, series="1.2.20", StructureSetDate="20240101")
    write_rtstruct(study / "other.dcm", {"Liver": None}, series="1.2.10")
    assert find_rtstruct(study) == [study / "new.dcm", study / "RS.dcm"]
    assert find_rtstruct(study, "1.2.10") == [study / "other.dcm"]
    packed = _zipped(study)
    assert find_rtstruct(packed, "1.2.10") == [packed / "other.dcm"]


def _empty(folder):
    return folder


def _only_text(folder):
    (folder / "notes.txt").write_text("nothing here")
    return folder


def _no_ct(folder):
    write_series(folder, SMALL, series="1.2.30", modality="MR")
    return folder


def _damaged(folder):
    paths = write_series(folder, SMALL)
    paths[1].write_bytes(b"these are no DICOM bytes")
    return folder


def _cut_header(folder):
    paths = write_series(folder, SMALL)
    paths[1].write_bytes(paths[1].read_bytes()[:150])
    return folder


def _text_file(folder):
    return _only_text(folder) / "notes.txt"


def _not_a_zip(folder):
    (folder / "scan.zip").write_bytes(b"PK but no more")
    return folder / "scan.zip"


def _unsafe_zip(folder):
    with zipfile.ZipFile(folder / "scan.zip", "w") as archive:
        archive.writestr("../evil.dcm", b"")
    return folder / "scan.zip"


def _nowhere(folder):
    return folder / "nowhere"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_empty, "is an empty folder"),
        (_only_text, "holds no DICOM files"),
        (_no_ct, "holds no CT images (1.2.30 (MR, 3 slices))"),
        (_damaged, "1.2.3_002.dcm: is not readable as DICOM"),
        (_cut_header, "1.2.3_002.dcm: is not readable as DICOM"),
        (_text_file, "notes.txt: is not a DICOM file"),
        (_not_a_zip, "scan.zip: is not a readable zip archive"),
        (_unsafe_zip, "scan.zip: member '../evil.dcm' leaves the folder"),
        (_nowhere, "nowhere: does not exist"),
    ],
)
def test_bad_input_is_one_line_that_names_it(tmp_path, make, told):
    with pytest.raises(InputError, match=re.escape(told)) as error:
        read_ct(make(tmp_path))
    assert "\n" not in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_an_unknown_series_lists_those_there(study):
    with pytest.raises(InputError, match=re.escape("no series '9.9'; it has 1.2.20 (CT, 7 slices); 1.2.10 (CT, 3 slices)")):
        read_ct(study, series="9.9")
    with pytest.raises(InputError, match=r"series '1\.2\.30' is MR, not CT"):
        read_ct(study, series="1.2.30")
