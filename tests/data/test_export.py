"""What is exported opens again, with the same voxels in the same place."""

import csv
import json

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

AFFINE = np.array([[-2.0, 0, 0, 15], [0, -2.0, 0, 11], [0, 0, 3.0, 0], [0, 0, 0, 1]])  # LPS
SHAPE = (10, 8, 6)


def box(x, y=slice(2, 6), z=slice(1, 5)):
    mask = np.zeros(SHAPE, dtype=bool)
    mask[x, y, z] = True
    return mask


@pytest.fixture
def atlas(tmp_path):
    rng = np.random.default_rng(0)
    root = tmp_path / "atlas"
    for number in (1, 2):
        masks = {
            "kidney_left": box(slice(0, 2)),
            "kidney_right": box(slice(8, 10)),
            "liver": box(slice(3, 7)),
            "liver_tumor": box(slice(4, 5)),
            "spleen": np.zeros(SHAPE, dtype=bool),  # looked for and absent
        }
        if number == 2:
            masks["aorta"] = box(slice(2, 3))
        ct = Volume(rng.integers(-1000, 400, SHAPE).astype(np.int16), np.diag([2.0, 2, 3, 1]))
        case = Case(f"BDMAP_{number:08d}", ct, LabelMap(masks, ct.affine), meta={"phase": "portal", "age": 50 + number})
        path = case.save(root)
        turned = nib.load(path / "ct.nii.gz").as_reoriented(nib.orientations.axcodes2ornt("LPS"))
        nib.save(turned, path / "ct.nii.gz")
    return Atlas.open(root)


def assert_same(case, original, names):
    assert case.ct.original_orientation == original.ct.original_orientation == "LPS"
    assert np.allclose(case.ct.affine, original.ct.affine)
    assert np.array_equal(case.ct.array, original.ct.array)
    for name in names:
        assert np.array_equal(case.labels[name], original.labels[name]), name


def test_abdomenatlas_out_and_in(atlas, tmp_path):
    again = Atlas.open(atlas.export(tmp_path / "out"))
    assert again.ids == atlas.ids
    assert again.structures() == atlas.structures()
    for case, original in zip(again, atlas, strict=True):
        assert_same(case, original, original.labels)
        assert case.meta == original.meta
    assert "50" not in (tmp_path / "out" / "metadata.csv").read_text().splitlines()[0]
    assert again.table.loc["BDMAP_00000002", "age"] == 52


def test_nnunet_out_and_in(atlas, tmp_path):
    folder = atlas.export(tmp_path / "out", "nnunet")
    description = json.loads((folder / "dataset.json").read_text())
    # in the order of the class map, without a gap, and without the aorta that only one case has
    assert description["labels"] == {
        "background": 0,
        "kidney_left": 1,
        "kidney_right": 2,
        "liver": 3,
        "spleen": 4,
        "liver_tumor": 5,
    }
    assert description["channel_names"] == {"0": "CT"}
    assert (description["numTraining"], description["file_ending"]) == (2, ".nii.gz")
    assert sorted(p.name for p in (folder / "imagesTr").iterdir()) == [f"BDMAP_0000000{n}_0000.nii.gz" for n in (1, 2)]
    written = nib.load(folder / "labelsTr" / "BDMAP_00000001.nii.gz")
    assert written.get_data_dtype() == np.uint8
    assert set(np.unique(written.dataobj)) == {0, 1, 2, 3, 5}
    again = Atlas.open(folder)
    assert again.layout.name == "nnunet"
    for case, original in zip(again, atlas, strict=True):
        assert_same(case, original, ["kidney_left", "kidney_right", "liver", "liver_tumor", "spleen"])
        assert case.meta["age"] == original.meta["age"]


def test_chosen_structures(atlas, tmp_path):
    from atlas_lab.data.export import export

    export(atlas, tmp_path / "chosen", "nnunet", structures=["spleen", "liver"])
    assert json.loads((tmp_path / "chosen" / "dataset.json").read_text())["labels"] == {"background": 0, "liver": 1, "spleen": 2}
    with pytest.raises(InputError, match="BDMAP_00000001: is not annotated for 'aorta'"):
        export(atlas, tmp_path / "refused", "nnunet", structures=["aorta"])
    assert export(atlas.select(["BDMAP_00000002"]), tmp_path / "one", structures=["aorta"])
    assert Atlas.open(tmp_path / "one").structures() == {"aorta": 1}
    assert Atlas.open(atlas.export(tmp_path / "name", structures="liver")).structures() == {"liver": 2}
    with pytest.raises(InputError, match="structures is empty"):
        atlas.export(tmp_path / "nothing", structures=[])


def test_nnunet_needs_a_structure_in_common(atlas, tmp_path):
    lone = Case("BDMAP_00000003", atlas[0].ct, LabelMap({"aorta": box(slice(2, 3))}, atlas[0].ct.affine))
    lone.save(atlas.root)
    mixed = Atlas.open(atlas.root).select(["BDMAP_00000001", "BDMAP_00000003"])
    with pytest.raises(InputError, match="no structure is annotated in every case"):
        mixed.export(tmp_path / "out", "nnunet")
    assert not (tmp_path / "out").exists()


def test_bids_names_subjects_and_labels(atlas, tmp_path):
    folder = atlas.export(tmp_path / "out", "bids")
    subject = "sub-BDMAP00000001"
    assert json.loads((folder / "dataset_description.json").read_text())["DatasetType"] == "raw"
    assert json.loads((folder / "derivatives/segmentations/dataset_description.json").read_text())["DatasetType"] == "derivative"
    with (folder / "participants.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert rows[0] == {"participant_id": subject, "source_id": "BDMAP_00000001", "age": "51", "phase": "portal"}
    image = Volume.open(folder / subject / "ct" / f"{subject}_ct.nii.gz")
    assert np.array_equal(image.array, atlas[0].ct.array)
    assert np.allclose(image.affine, atlas[0].ct.affine)
    labels = folder / "derivatives" / "segmentations" / subject / "ct" / f"{subject}_dseg"
    with labels.with_suffix(".tsv").open(newline="") as file:
        names = {int(row["index"]): row["name"] for row in csv.DictReader(file, delimiter="\t")}
    assert names == {3: "kidney_left", 4: "kidney_right", 5: "liver", 8: "spleen", 26: "liver_tumor"}
    ids = Volume.open(labels.with_suffix(".nii.gz")).array
    assert np.array_equal(ids == 5, atlas[0].labels["liver"] & ~atlas[0].labels["liver_tumor"])


def test_two_ids_never_become_one_subject(atlas, tmp_path):
    for id in ("A_1", "A-1"):
        Case(id, atlas[0].ct, atlas[0].labels).save(tmp_path / "alike")
    with pytest.raises(InputError, match="becomes the BIDS subject 'sub-A1'"):
        Atlas.open(tmp_path / "alike").export(tmp_path / "out", "bids")


@pytest.mark.parametrize("layout", ["abdomenatlas", "nnunet", "bids"])
def test_an_interrupted_export_leaves_whole_cases_only(atlas, tmp_path, layout, monkeypatch):
    save = Volume.save

    def stopped(volume, path):
        if "00000002" in str(path):
            raise KeyboardInterrupt
        return save(volume, path)

    monkeypatch.setattr(Volume, "save", stopped)
    with pytest.raises(KeyboardInterrupt):
        atlas.export(tmp_path / "out", layout)
    left = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert any("00000001" in str(p) for p in left)
    assert not any("00000002" in str(p) or p.name.startswith(".part") for p in left)
    assert not any(p.name in ("metadata.csv", "dataset.json", "participants.tsv") for p in left)
    with pytest.raises(InputError, match="is an export that was not finished; call it again to go on"):
        Atlas.open(tmp_path / "out")
    with pytest.raises(InputError, match="is not an empty folder"):
        atlas.export(tmp_path / "out", layout, structures="liver")
    monkeypatch.setattr(Volume, "save", save)
    first = {p: p.stat().st_mtime_ns for p in left if p.name.endswith(".nii.gz")}
    atlas.export(tmp_path / "out", layout)
    assert {p: p.stat().st_mtime_ns for p in first} == first, "a finished case was written again"
    whole = atlas.export(tmp_path / "whole", layout)
    assert files_in(tmp_path / "out") == files_in(whole)


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_folder_that_holds_something_is_left_alone(atlas, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    for target in (tmp_path / "mine", tmp_path / "mine" / "thesis.txt"):
        with pytest.raises(InputError, match="is not an empty folder"):
            atlas.export(target)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    with pytest.raises(InputError, match="unknown export layout 'nnunett': did you mean 'nnunet'"):
        atlas.export(tmp_path / "out", "nnunett")
    with pytest.raises(InputError, match="nothing to export"):
        atlas.select([]).export(tmp_path / "out")
