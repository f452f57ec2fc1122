"""Patients in FELIX's sense: the splits share nobody, controls are healthy, and a score is what it says."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.data import Case, LabelMap, Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation.patients import choose_threshold
from atlas_lab.evaluation.statistics import proportion
from atlas_lab.learning import Model, backbone, predict
from atlas_lab.lessons.lesions import CONTROL, SPLITS, by_type, pancreas_patients, suspicion
from atlas_lab.lessons.lesions.detecting import SUSPICIOUS_ML

SHAPE, AFFINE = (16, 16, 16), np.diag([4.0, 4, 4, 1])


def case_of(id, kind=None):
    masks = {"pancreas": np.zeros(SHAPE, bool), "pancreas_tumor": np.zeros(SHAPE, bool)}
    masks["pancreas"][3:12, 6:9, 6:9] = True
    masks["pancreas_tumor"][4:7, 6:9, 6:9] = kind is not None
    hu = np.random.default_rng(sum(map(ord, id))).integers(0, 100, SHAPE).astype(np.int16)
    meta = {"lesions": [{"type": kind}], "mimics": [{"type": "gallstone"}]} if kind else {"lesions": [], "mimics": []}
    return Case(id, Volume(hu, AFFINE), LabelMap(masks, AFFINE), meta=meta)


def saved(folder, ill=3, controls=3, kind="pancreatic_cyst"):
    for number in range(ill):
        case_of(f"ill_{number}", kind).save(folder)
    for number in range(controls):
        case_of(f"well_{number}").save(folder)
    return str(folder)


def test_an_atlas_is_divided_into_three_with_every_type_in_each(tmp_path):
    found = pancreas_patients(saved(tmp_path, ill=4, controls=5))
    counts = pd.crosstab(found.table["type"], found.table["split"])
    assert set(counts.index) == {"cyst", CONTROL}
    assert set(counts.columns) == set(SPLITS)
    assert (counts >= 1).all(axis=None)
    ids = [case.id for split in SPLITS for case in found.of(split)]
    assert sorted(ids) == sorted(found.table.index)
    assert (found.table["tumour"] == found.table.index.str.startswith("ill")).all()


def test_a_tumour_whose_type_is_not_known_has_the_name_of_its_mask(tmp_path):
    assert set(pancreas_patients(saved(tmp_path, kind="insulinoma")).table["type"]) == {"pancreas_tumor", CONTROL}


@pytest.mark.parametrize(
    ("ill", "controls", "said"),
    [(2, 3, "2 patients of type cyst"), (3, 2, "2 patients of type control"), (3, 0, "only cyst"), (0, 3, "only control")],
)
def test_too_few_of_a_kind_are_refused(tmp_path, ill, controls, said):
    with pytest.raises(InputError, match=said):
        pancreas_patients(saved(tmp_path, ill, controls))


def test_too_few_phantoms_are_refused_before_any_is_made():
    with pytest.raises(InputError, match="patients=17: give 18 or more"):
        pancreas_patients(patients=17)


@pytest.mark.slow
def test_phantom_controls_have_mimics_and_a_healthy_pancreas_and_nobody_is_there_twice():
    found = pancreas_patients(patients=18, spacing_mm=8.0)
    controls = found.table[found.table["type"] == CONTROL]
    assert len(controls) == 9
    assert (controls["mimics"] != "").all()
    assert not any(found.cases[id].labels["pancreas_tumor"].any() for id in controls.index)
    assert found.table["type"].value_counts().to_dict() == {CONTROL: 9, "PDAC": 3, "PNET": 3, "cyst": 3}
    assert len({case.ct.array.tobytes() for case in found.cases.values()}) == 18


@pytest.fixture(scope="module")
def model():
    network = backbone("nnunet", classes=2, size="tiny", seed=1).eval()
    return Model(network, ("pancreas", "pancreas_tumor"), (4.0, 4.0, 4.0), (-175.0, 250.0), (16, 16, 16))


def test_a_score_is_the_mean_of_the_millilitre_that_looks_most_like_a_tumour_of_a_pancreas(model):
    case = case_of("ill", "pancreatic_cyst")
    found = predict(model, case, soft=True, overlap=0.25, progress=False)
    soft = np.minimum(found["pancreas"], found["pancreas_tumor"])
    voxels = round(SUSPICIOUS_ML / 0.064)
    row = suspicion(model, [case]).loc["ill"]
    assert row["score"] == pytest.approx(np.sort(soft, axis=None)[-voxels:].mean() / 255)
    inside = np.where(case.labels["pancreas_tumor"], soft, 0)
    assert row["localised_score"] == pytest.approx(np.sort(inside, axis=None)[-voxels:].mean() / 255)
    assert 0 <= row["localised_score"] <= row["score"] <= 1


def test_without_a_tumour_both_readings_are_one(model):
    row = suspicion(model, [case_of("well")]).loc["well"]
    assert not row["tumour"]
    assert row["localised_score"] == row["score"]


VALIDATION = pd.DataFrame({"tumour": [True, False], "score": [0.6, 0.4]}, index=["v1", "v2"])
TEST = pd.DataFrame(
    {"tumour": [True, True, True, False, False], "score": [0.9, 0.5, 0.7, 0.8, 0.1]}, index=["a", "b", "c", "d", "e"]
)
TYPES = pd.Series({"a": "PDAC", "b": "PDAC", "c": "cyst", "d": CONTROL, "e": CONTROL, "v1": "PDAC", "v2": CONTROL})


def test_each_type_has_its_sensitivity_and_the_controls_their_specificity():
    threshold = choose_threshold(VALIDATION, youden=True, split="validation")
    found = by_type(TEST, TYPES, threshold)
    assert list(found.index) == ["sensitivity, PDAC", "sensitivity, cyst", "specificity, controls"]
    for name, (k, n) in {"sensitivity, PDAC": (1, 2), "sensitivity, cyst": (1, 1), "specificity, controls": (1, 2)}.items():
        wilson = proportion(k, n)
        assert tuple(found.loc[name, ["value", "low", "high", "n"]]) == pytest.approx((wilson.value, wilson.low, wilson.high, n))


def test_a_patient_on_whom_the_threshold_was_chosen_is_refused():
    threshold = choose_threshold(VALIDATION, youden=True, split="validation")
    with pytest.raises(InputError, match="v1, v2; report on patients it has not seen"):
        by_type(pd.concat([TEST, VALIDATION]), TYPES, threshold)
