"""From CTs to folders of cases: whole or not at all, and never twice."""

import json

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.learning.inference import SoftPredictions, cases, predict_cases
from atlas_lab.learning.inference.scans import scans_in
from atlas_lab.learning.training.checkpoint import save
from tests.data.dicom_files import write_series
from tests.learning.inference.models import CLASSES, by_hu, patient


@pytest.fixture
def checkpoint(tmp_path):
    model = by_hu()
    save({"network": model.network.state_dict(), "about": model.about}, tmp_path / "model" / "last.ckpt")
    return tmp_path / "model"


@pytest.fixture
def scans(tmp_path):
    (tmp_path / "cts").mkdir()
    for id in ("a", "b"):
        patient().ct.save(tmp_path / "cts" / f"{id}.nii.gz")
    return tmp_path / "cts"


def predicted(*arguments, **options):
    return predict_cases(*arguments, device="cpu", progress=False, **options)


def test_a_ct_becomes_a_case_in_atlas_layout(checkpoint, scans, tmp_path):
    found = predicted(scans / "a.nii.gz", checkpoint, tmp_path / "out").require_all()
    case = Case.open(tmp_path / "out" / "a")
    assert sorted(case.labels) == sorted(CLASSES)
    assert np.array_equal(case.ct.array, patient().ct.array)
    assert found.values["a"] == {name: pytest.approx(case.labels.volume_ml(name)) for name in CLASSES}
    assert case.labels.volume_ml("liver") == pytest.approx(patient().labels.volume_ml("liver"), rel=0.1)


def test_a_folder_of_cts_becomes_an_atlas_and_so_does_an_atlas(checkpoint, scans, tmp_path):
    predicted(scans, checkpoint, tmp_path / "out").require_all()
    assert Atlas.open(tmp_path / "out").ids == ["a", "b"]
    predicted(tmp_path / "out", checkpoint, tmp_path / "again", structures=["spleen"]).require_all()
    again = Atlas.open(tmp_path / "again")
    assert again.ids == ["a", "b"]
    assert list(again["a"].labels) == ["spleen"]


def test_probabilities_are_written_beside_the_masks(checkpoint, scans, tmp_path):
    predicted(scans / "a.nii.gz", checkpoint, tmp_path / "out", soft=True, postprocess=False).require_all()
    soft = SoftPredictions.open(tmp_path / "out" / "a" / "soft")
    assert list(soft) == sorted(CLASSES)
    assert soft["liver"][Case.open(tmp_path / "out" / "a").labels["liver"]].min() > 64


def test_a_finished_case_is_not_done_again(checkpoint, scans, tmp_path, monkeypatch):
    first = predicted(scans / "a.nii.gz", checkpoint, tmp_path / "out")
    looked = []
    look = cases.look
    monkeypatch.setattr(cases, "look", lambda model, case, **options: looked.append(case.id) or look(model, case, **options))
    both = predicted(scans, checkpoint, tmp_path / "out").require_all()
    assert looked == ["b"]
    assert both.values["a"] == first.values["a"]


def test_a_case_that_fails_leaves_nothing_and_the_others_are_done(checkpoint, scans, tmp_path):
    image = nib.Nifti1Image(np.full((8, 8, 8), np.nan, np.float32), np.eye(4))
    nib.save(image, scans / "aa.nii.gz")
    found = predicted(scans, checkpoint, tmp_path / "out")
    assert list(found.values) == ["a", "b"]
    assert "holds NaN" in found.errors["aa"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b"]


def test_what_lies_there_already_is_not_taken_for_this_prediction(checkpoint, scans, tmp_path):
    scan, out = scans / "a.nii.gz", tmp_path / "out"
    predicted(scan, checkpoint, out)
    said = predicted(scan, checkpoint, out, flips=True).errors["a"]
    assert "holds another prediction (its flips differ); choose another output folder" in said
    facts = json.loads((out / "a" / "case.json").read_text())
    (out / "a" / "case.json").write_text(json.dumps(facts | {"provenance": {}}))
    assert "holds a case that was not predicted" in predicted(scan, checkpoint, out).errors["a"]


def test_dicom_and_a_cases_folder_are_one_ct_each(scans, tmp_path):
    write_series(tmp_path / "scan" / "series", np.zeros((4, 6, 5), np.int16), intercept=-1000)
    patient().save(tmp_path / "atlas")
    assert [case.id for case in scans_in(tmp_path / "scan")] == ["scan"]
    assert [case.id for case in scans_in(tmp_path / "atlas" / "p1")] == ["p1"]
    assert [case.id for case in scans_in(tmp_path / "atlas")] == ["p1"]
    assert [scan.id for scan in scans_in(scans)] == ["a", "b"]


@pytest.mark.slow
def test_workers_change_nothing(checkpoint, scans, tmp_path):
    one, two = (predicted(scans, checkpoint, tmp_path / f"out{n}", workers=n).require_all() for n in (1, 2))
    assert one.values == two.values


def test_what_is_wrong_is_said_before_anything_is_done(checkpoint, scans, tmp_path):
    with pytest.raises(InputError, match="no such file of weights"):
        predicted(scans, tmp_path / "none.ckpt", tmp_path / "out")
    with pytest.raises(InputError, match="knows no 'livre': did you mean 'liver'"):
        predicted(scans, checkpoint, tmp_path / "out", structures=["livre"])
    with pytest.raises(InputError, match="does not exist"):
        predicted(tmp_path / "none.nii.gz", checkpoint, tmp_path / "out")
    with pytest.raises(InputError, match="read its licence first"):
        predicted(scans, "suprem:unet", tmp_path / "out")
    (scans / "a.nii").write_bytes(b"")
    with pytest.raises(InputError, match=r"is called like a\.nii"):
        predicted(scans, checkpoint, tmp_path / "out")
    assert not (tmp_path / "out").exists()
