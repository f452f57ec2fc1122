"""An atlas: many cases at once, found, filtered and split without reading a voxel."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.data import index
from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError


def make(folder, number, structures=("liver",), **meta):
    ct = Volume(np.full((4, 4, 4), number, np.int16), np.diag([1, 1, 2.5, 1]))
    labels = LabelMap({name: np.eye(4, dtype=bool)[None].repeat(4, 0) for name in structures}, ct.affine, shape=ct.shape)
    return Case(f"BDMAP_{number:08d}", ct, labels, meta=meta).save(folder, overwrite=True)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "atlas"
    for number in range(1, 7):
        structures = ("liver", "spleen") if number % 2 else ("liver",)
        make(root, number, structures, phase="portal" if number < 4 else "arterial", patient=f"p{number // 2}")
    return root


def test_cases_by_id_by_position_and_in_a_loop(folder):
    atlas = Atlas.open(folder)
    assert len(atlas) == 6
    assert atlas["BDMAP_00000003"].ct.array.max() == 3
    assert atlas[-1].id == "BDMAP_00000006"
    assert [case.id for case in atlas] == atlas.ids
    assert atlas[1:3].ids == ["BDMAP_00000002", "BDMAP_00000003"]
    with pytest.raises(InputError, match="did you mean 'BDMAP_00000003'"):
        atlas["BDMAP_0000003"]


def test_the_table_knows_structures_grid_and_metadata(folder):
    (folder / "metadata.csv").write_text("id,age,site\nBDMAP_00000001,61,A\nBDMAP_00000002,,B\n")
    atlas = Atlas.open(folder)
    table = atlas.table
    assert table.loc["BDMAP_00000001", "structures"] == ["liver", "spleen"]
    assert table.loc["BDMAP_00000001", ["shape_z", "spacing_z", "phase", "age", "site"]].tolist() == [4, 2.5, "portal", 61, "A"]
    assert np.isnan(table.loc["BDMAP_00000002", "age"])
    assert atlas.structures() == {"liver": 6, "spleen": 3}
    assert atlas["BDMAP_00000001"].meta["age"] == 61
    written = pd.read_csv(atlas.to_csv(folder.parent / "table.csv"), index_col="id")
    assert written.loc["BDMAP_00000003", "structures"] == "liver;spleen"


def test_filters_combine(folder):
    atlas = Atlas.open(folder)
    assert atlas.filter(has="spleen", phase="portal").ids == ["BDMAP_00000001", "BDMAP_00000003"]
    assert atlas.filter(where=lambda m: m["patient"] == "p3").ids == ["BDMAP_00000006"]
    assert len(atlas.filter(has=["spleen", "aorta"])) == 0
    assert len(atlas.filter(has="aorta").filter(phase="portal")) == 0
    nobody = atlas.filter(has="aorta").table
    assert len(nobody) == 0
    assert {"spacing_z", "structures"} <= set(nobody.columns)
    make(folder, 7, phase="portal", age=61)
    atlas = Atlas.open(folder)
    assert atlas.filter(where=lambda m: m["age"] > 60).ids == ["BDMAP_00000007"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"has": "spleeen"}, "no case has the structure 'spleeen': did you mean 'spleen'?"),
        ({"phas": "portal"}, "no case has the metadata column 'phas': did you mean 'phase'?"),
        ({"where": lambda m: m["phas"] == "portal"}, "no case has the metadata column 'phas': did you mean 'phase'?"),
    ],
)
def test_a_filter_that_is_misspelt_is_refused(folder, asked, said):
    with pytest.raises(InputError, match=re.escape(said)):
        Atlas.open(folder).filter(**asked)


@given(st.integers(0, 1000), st.sampled_from([{"train": 0.5, "test": 0.5}, {"a": 0.9, "b": 0.05, "c": 0.05}]))
def test_splits_are_disjoint_complete_seeded_and_keep_patients_together(tmp_path_factory, seed, parts):
    base = tmp_path_factory.getbasetemp() / "split-atlas"
    if not base.exists():
        for number in range(1, 9):
            make(base, number, patient=f"p{number // 2}")
    atlas = Atlas.open(base)
    split = atlas.split(parts, by="patient", seed=seed)
    assert list(split) == list(parts)
    assert sorted(id for part in split.values() for id in part.ids) == atlas.ids
    patients = [{case.meta["patient"] for case in part} for part in split.values()]
    assert all(patients)
    assert sum(map(len, patients)) == len(set().union(*patients))
    assert {k: v.ids for k, v in atlas.split(parts, by="patient", seed=seed).items()} == {k: v.ids for k, v in split.items()}


def test_impossible_splits_are_refused(folder):
    atlas = Atlas.open(folder)
    with pytest.raises(InputError, match="add up to 1"):
        atlas.split({"train": 0.8, "test": 0.3})
    with pytest.raises(InputError, match="no 'hospital' in its metadata"):
        atlas.split({"train": 0.5, "test": 0.5}, by="hospital")
    with pytest.raises(InputError, match="1 groups cannot be split into 2"):
        atlas.select(atlas.ids[:1]).split({"train": 0.5, "test": 0.5})


def test_only_new_and_changed_cases_are_read_again(folder, monkeypatch):
    Atlas.open(folder)
    make(folder, 7)
    make(folder, 2, ("liver", "aorta"))
    read = []
    original = index.nifti.read_format
    monkeypatch.setattr(index.nifti, "read_format", lambda path: read.append(path.parent.name) or original(path))
    atlas = Atlas.open(folder)
    assert sorted(read) == ["BDMAP_00000002", "BDMAP_00000007"]
    assert atlas.filter(has="aorta").ids == ["BDMAP_00000002"]
    import shutil

    shutil.rmtree(folder / "BDMAP_00000001")
    assert "BDMAP_00000001" not in Atlas.open(folder)


def test_a_folder_of_cases_is_never_written_to(folder):
    before = sorted(p.name for p in folder.iterdir())
    Atlas.open(folder)
    assert sorted(p.name for p in folder.iterdir()) == before


def test_one_broken_case_does_not_hide_the_others(folder):
    (folder / "BDMAP_00000002" / "ct.nii.gz").write_bytes(b"broken")
    with pytest.warns(UserWarning, match="1 of 6 cases cannot be read"):
        atlas = Atlas.open(folder)
    assert len(atlas) == 5
    assert "is not a gzip file" in atlas.problems["BDMAP_00000002"]
    with pytest.raises(InputError, match="is not a gzip file"):
        atlas["BDMAP_00000002"]
    (folder / "BDMAP_00000003" / "ct.nii.gz").unlink()
    with pytest.warns(UserWarning, match="2 of 6 cases cannot be read"):
        assert "has segmentations/ but no ct.nii.gz" in Atlas.open(folder).problems["BDMAP_00000003"]
    for id in atlas.ids:
        (folder / id / "ct.nii.gz").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"is not a gzip file.*none of the other 5 cases"):
        Atlas.open(folder)


def test_what_is_not_an_atlas_is_said_plainly(tmp_path, folder):
    with pytest.raises(InputError, match="nowhere: does not exist"):
        Atlas.open(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: is an empty folder"):
        Atlas.open(tmp_path / "empty")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file, not a folder"):
        Atlas.open(tmp_path / "file")
    with pytest.raises(InputError, match=r"is one case, not a folder of cases; open it with al\.Case\.open"):
        Atlas.open(folder / "BDMAP_00000001")
    with pytest.raises(InputError, match="unknown layout 'nnunett'"):
        Atlas.open(folder, layout="nnunett")
    (folder / "metadata.csv").write_text("age\n61\n")
    with pytest.raises(InputError, match=r"metadata\.csv: has the columns age"):
        Atlas.open(folder)
    (folder / "metadata.csv").write_text("id,age\na,1\na,2\n")
    with pytest.raises(InputError, match=r"line 3 names case 'a' a second time"):
        Atlas.open(folder)


def test_a_damaged_index_is_built_anew(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "cache"))
    Atlas.open(folder)
    (database,) = (tmp_path / "cache" / "index").glob("*.sqlite")
    database.write_bytes(b"not a database at all, " * 100)
    assert len(Atlas.open(folder)) == 6


@pytest.mark.real
def test_real_cases_open_as_an_atlas(real_data):
    atlas = Atlas.open(real_data / "cases")
    assert set(atlas.ids) >= {"TS_ABD_0001", "STS_019", "EV_394_SLICE"}
    assert atlas.filter(has=["liver", "spleen"]).ids == ["TS_ABD_0001", "TS_ABD_0002"]
