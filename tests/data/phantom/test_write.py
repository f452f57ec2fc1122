"""Writing an atlas of phantom patients."""

import json
from pathlib import Path

import numpy as np
import pytest

from atlas_lab.anatomy import STRUCTURES
from atlas_lab.data import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.phantom import Order, Recipe, patient, write_cases
from atlas_lab.errors import InputError
from tests.dask_cluster import cluster

GRID = {"shape": (32, 32, 24), "spacing": 12.0}
TINY = Recipe.of(**GRID)
TWO = Recipe.of(hospitals=2, **GRID)


def written(folder: Path, cases: int, recipe: Recipe = TINY, **how) -> list[Path]:
    return write_cases(folder, cases, recipe, progress=False, **how)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    written(folder, 4)
    return folder


def test_cases_are_in_abdomenatlas_layout(atlas: Path) -> None:
    assert [p.name for p in sorted(atlas.iterdir())] == [f"BDMAP_{number:08d}" for number in (1, 2, 3, 4)]
    files = {p.name for p in (atlas / "BDMAP_00000001" / "segmentations").iterdir()}
    assert {f"{s.name}.nii.gz" for s in STRUCTURES} | {"liver_tumor.nii.gz", "kidney_cyst.nii.gz"} <= files


def test_a_written_case_opens_as_the_patient_it_was(atlas: Path) -> None:
    made = patient(1, **GRID)
    case = Case.open(atlas / "BDMAP_00000002")
    assert np.array_equal(np.asarray(case.ct), made.ct)
    assert np.allclose(case.ct.affine, made.affine)
    for name, mask in made.masks.items():
        assert np.array_equal(case.labels[name], mask), name
    assert case.meta == made.meta
    assert (case.provenance["index"], case.provenance["hospital"], case.provenance["real_gap"]) == (1, "north", 1.0)


def test_what_was_looked_for_and_not_found_is_absent_what_nobody_drew_unknown(atlas: Path, tmp_path: Path) -> None:
    women = [case for case in map(Case.open, sorted(atlas.iterdir())) if case.meta["sex"] == "F"]
    assert women
    assert all(case.labels.status("prostate") == "absent" for case in women)
    folders = written(tmp_path / "hospital", 2, TWO)
    south = Case.open(folders[-1])
    assert south.meta["site"] == "south"
    assert {south.labels.status(name) for name in ("colon", "liver_tumor", "prostate", "lung_left")} == {"unknown"}
    assert south.labels.status("liver") == "present"
    everything = Case.open(written(tmp_path / "all", 2, Recipe.of(hospitals=2, labels="all", **GRID))[-1])
    assert all(everything.labels.status(name) != "unknown" for name in ("colon", "lung_left", "liver_tumor", "prostate"))
    assert np.array_equal(everything.labels["liver"], south.labels["liver"])


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
def test_more_workers_write_the_same_bytes_as_one(workers: int, atlas: Path, tmp_path: Path) -> None:
    assert written(tmp_path, 4, workers=workers) == [tmp_path / path.name for path in sorted(atlas.iterdir())]
    assert contents(tmp_path) == contents(atlas)


@pytest.mark.slow
def test_a_cluster_writes_the_same_bytes(atlas: Path, tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster") as address:
        written(tmp_path / "atlas", 4, cluster=address)
    assert contents(tmp_path / "atlas") == contents(atlas)


def test_finished_cases_are_kept_and_missing_ones_added(atlas: Path, tmp_path: Path) -> None:
    written(tmp_path, 1)
    before = (tmp_path / "BDMAP_00000001" / "ct.nii.gz").stat().st_mtime_ns
    paths = written(tmp_path, 2)
    assert paths == [tmp_path / "BDMAP_00000001", tmp_path / "BDMAP_00000002"]
    assert (tmp_path / "BDMAP_00000001" / "ct.nii.gz").stat().st_mtime_ns == before
    assert written(tmp_path, 1) == paths[:1]  # fewer are there already
    assert contents(paths[1]) == contents(atlas / "BDMAP_00000002")


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(atlas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save, saved = Case.save, []

    def stopped_at_the_third(case: Case, folder: Path) -> Path:
        if len(saved) == 2:
            raise KeyboardInterrupt
        saved.append(case.id)
        return save(case, folder)

    monkeypatch.setattr(Case, "save", stopped_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path, 4)
    monkeypatch.undo()
    assert sorted(path.name for path in tmp_path.iterdir()) == saved == ["BDMAP_00000001", "BDMAP_00000002"]
    written(tmp_path, 4)
    assert contents(tmp_path) == contents(atlas)


CHANGES = [
    {"seed": 1},
    {"spacing": 11.0},
    {"shape": (32, 32, 20)},
    {"hospitals": ("north", "south")},
    {"lesions": []},
    {"lesions": [Order("metastasis", 2)]},
    {"real_gap": 0.5},
    {"organ_similarity": 1.0},
    {"labels": "all"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_folder_of_another_recipe_is_refused_and_left_alone(change: dict, atlas: Path) -> None:
    before = contents(atlas)
    with pytest.raises(InputError, match=f"another origin.*{next(iter(change))}"):
        written(atlas, 6, Recipe.of(**(GRID | change)))
    assert contents(atlas) == before


def test_a_folder_of_real_cases_is_refused(tmp_path: Path) -> None:
    case = tmp_path / "BDMAP_00000777"
    case.mkdir()
    (case / "case.json").write_text(json.dumps({"id": case.name, "provenance": {"source": "a hospital"}}))
    with pytest.raises(InputError, match="another origin"):
        written(tmp_path, 1)
    assert list(tmp_path.iterdir()) == [case]


def test_what_is_in_the_way_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError, match="is a file"):
        written(file, 1)
    (tmp_path / "BDMAP_00000001").mkdir()
    with pytest.raises(InputError, match="in the way"):
        written(tmp_path, 1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"cases": 0}, "cases=0"),
        ({"cases": -2}, "cases=-2"),
        ({"cases": 2.0}, "cases=2.0"),
        ({"cases": True}, "cases=True"),
        ({"cases": 1, "workers": 0}, "workers=0"),
        ({"cases": 1, "workers": 1.5}, "workers=1.5"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path: Path, arguments: dict, word: str) -> None:
    with pytest.raises(InputError, match=word):
        write_cases(tmp_path / "new", **arguments)
    assert not (tmp_path / "new").exists()


def test_the_atlas_refuses_by_name_too() -> None:
    for wrong in ({"cases": 0}, {"hospitals": 0}, {"labels": "some"}, {"real_gap": 3}, {"lesions": ["melanoma"]}):
        with pytest.raises(InputError, match=str(next(iter(wrong.values()))).strip("[]'")):
            Atlas.phantom(**(GRID | wrong))
    with pytest.raises(InputError, match="workers"):
        Atlas.phantom(cases=1, workers=0, **GRID)


@pytest.mark.slow
def test_a_split_keeps_the_scans_of_a_patient_and_of_a_site_together() -> None:
    atlas = Atlas.phantom(cases=14, hospitals=["west", "east"], workers=2, lesions=[], **GRID)
    table = atlas.table
    pairs = table[table["patient"].duplicated(keep=False)]
    assert len(pairs) >= 2
    assert set(pairs.groupby("patient")["phase"].agg("-".join)) == {"arterial-portal"}
    for _, (first, second) in pairs.groupby("patient").groups.items():
        assert all(np.array_equal(atlas[first].labels[name], atlas[second].labels[name]) for name in ("liver", "aorta"))
        assert not np.array_equal(np.asarray(atlas[first].ct), np.asarray(atlas[second].ct))
    for seed in range(6):
        parts = atlas.split({"train": 0.5, "test": 0.5}, by="patient", seed=seed)
        assert not set(parts["train"].table["patient"]) & set(parts["test"].table["patient"])
    sites = atlas.split({"train": 0.5, "test": 0.5}, by="site")
    assert {tuple(set(part.table["site"])) for part in sites.values()} == {("east",), ("west",)}
    assert len(atlas.filter(site="west")) + len(atlas.filter(site="east")) == len(atlas) == 14


def test_a_case_without_its_ct_is_named(tmp_path: Path) -> None:
    written(tmp_path, 1)
    (tmp_path / "BDMAP_00000001" / "ct.nii.gz").unlink()
    with pytest.raises(InputError, match="BDMAP_00000001: is damaged"):
        written(tmp_path, 1)


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text("{}")
    with pytest.raises(InputError, match="holds something else"):
        written(tmp_path, 1)
