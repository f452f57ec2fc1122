"""Writing an atlas of phantom patients."""

import json
from pathlib import Path

import numpy as np
import pytest

from atlas_lab.anatomy import STRUCTURES
from atlas_lab.data.case import Case
from atlas_lab.data.phantom import patient, write_cases
from atlas_lab.errors import InputError

TINY = {"shape": (32, 32, 24), "spacing": 12.0, "progress": False}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    write_cases(folder, 3, **TINY)
    return folder


def test_cases_are_in_abdomenatlas_layout(atlas: Path) -> None:
    assert [p.name for p in sorted(atlas.iterdir())] == ["BDMAP_00000001", "BDMAP_00000002", "BDMAP_00000003"]
    files = {p.name for p in (atlas / "BDMAP_00000001" / "segmentations").iterdir()}
    assert {f"{s.name}.nii.gz" for s in STRUCTURES} | {"liver_tumor.nii.gz", "kidney_cyst.nii.gz"} <= files


def test_a_written_case_opens_as_the_patient_it_was(atlas: Path) -> None:
    made = patient(1, shape=(32, 32, 24), spacing=12.0)
    case = Case.open(atlas / "BDMAP_00000002")
    assert np.array_equal(np.asarray(case.ct), made.ct)
    assert np.allclose(case.ct.affine, made.affine)
    assert np.array_equal(case.labels["liver"], made.masks["liver"])
    assert case.meta == made.meta
    assert case.provenance["index"] == 1


def test_a_womans_prostate_was_looked_for_and_is_absent(atlas: Path) -> None:
    cases = [Case.open(folder) for folder in sorted(atlas.iterdir())]
    women = [case for case in cases if case.meta["sex"] == "F"]
    assert women
    assert all(case.labels.status("prostate") == "absent" for case in women)


def test_two_workers_write_the_same_bytes_as_one(atlas: Path, tmp_path: Path) -> None:
    write_cases(tmp_path, 3, workers=2, **TINY)
    assert contents(tmp_path) == contents(atlas)


def test_finished_cases_are_kept_and_missing_ones_added(tmp_path: Path) -> None:
    write_cases(tmp_path, 1, **TINY)
    before = (tmp_path / "BDMAP_00000001" / "ct.nii.gz").stat().st_mtime_ns
    paths = write_cases(tmp_path, 2, **TINY)
    assert paths == [tmp_path / "BDMAP_00000001", tmp_path / "BDMAP_00000002"]
    assert (tmp_path / "BDMAP_00000001" / "ct.nii.gz").stat().st_mtime_ns == before
    assert write_cases(tmp_path, 1, **TINY) == paths[:1]  # fewer are there already


@pytest.mark.parametrize("change", [{"seed": 1}, {"spacing": 11.0}, {"shape": (32, 32, 20)}])
def test_a_folder_of_other_parameters_is_refused(tmp_path: Path, change: dict) -> None:
    write_cases(tmp_path, 1, **TINY)
    with pytest.raises(InputError, match="another origin"):
        write_cases(tmp_path, 1, **(TINY | change))


def test_a_folder_of_real_cases_is_refused(tmp_path: Path) -> None:
    case = tmp_path / "BDMAP_00000777"
    case.mkdir()
    (case / "case.json").write_text(json.dumps({"id": case.name, "provenance": {"source": "a hospital"}}))
    with pytest.raises(InputError, match="another origin"):
        write_cases(tmp_path, 1, **TINY)
    assert list(tmp_path.iterdir()) == [case]


@pytest.mark.parametrize(
    ("arguments", "word"), [({"cases": 0}, "cases"), ({"cases": 2.0}, "cases"), ({"cases": 1, "workers": 0}, "workers")]
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path: Path, arguments: dict, word: str) -> None:
    with pytest.raises(InputError, match=word):
        write_cases(tmp_path / "new", **arguments)
    assert not (tmp_path / "new").exists()
