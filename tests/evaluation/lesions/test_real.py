"""Liver tumours of nine patients, drawn by experts, and what four networks made of them."""

import numpy as np
import pytest

from atlas_lab.data.volume import Volume
from atlas_lab.evaluation.lesions import Detections, compare_sensitivity, detect
from tests.evaluation.lesions import brute

pytestmark = pytest.mark.real

LESIONS = {"141": 1, "145": 1, "175": 3, "189": 1, "240": 5, "263": 1, "304": 1, "329": 2, "390": 6}


def detections(folder, network, **how):
    """The nine cases of a network."""
    cases = {}
    for id in LESIONS:
        truth = Volume.open(folder / "ground_truth" / f"{id}.nii.gz")
        prediction = Volume.open(folder / "predictions" / network / f"{id}.nii.gz")
        cases[id] = detect(prediction.array, truth.array, truth.spacing, affine=truth.affine, **how)
    return Detections(cases)


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "benchmarks" / "liver_tumor"


def test_the_lesions_are_those_that_are_known(folder):
    found = detections(folder, "CE")
    assert found.lesions.query("kind == 'truth'").groupby("id").size().to_dict() == LESIONS
    table = found.sensitivity_by_size()
    assert table.loc["all", "n"] == sum(table["n"].iloc[:5]) == 21


@pytest.mark.parametrize("rule", ["any", "iou", "hungarian"])
def test_a_real_case_equals_the_comparison_of_all_pairs(folder, rule):
    for id in ("175", "329"):
        truth = Volume.open(folder / "ground_truth" / f"{id}.nii.gz").array > 0
        prediction = Volume.open(folder / "predictions" / "Tversky" / f"{id}.nii.gz").array > 0
        box = np.s_[slice(*_ends(truth | prediction, 0)), slice(*_ends(truth | prediction, 1))]
        table = detect(prediction, truth, (1, 1, 1), rule=rule).table
        of = table.groupby(["kind", "outcome"]).size()
        names = [("truth", "hit"), *(("prediction", name) for name in ("hit", "false positive", "ignored"))]
        assert tuple(of.get(name, 0) for name in names) == brute.outcomes(prediction[box], truth[box], rule, 0.1)


def test_places_are_inside_the_patients_volume(folder):
    truth = Volume.open(folder / "ground_truth" / "240.nii.gz")
    table = detections(folder, "WCE").cases["240"].table
    voxels = np.c_[table[["x", "y", "z"]], np.ones(len(table))] @ np.linalg.inv(truth.affine).T
    assert ((voxels[:, :3] > 0) & (voxels[:, :3] < truth.shape)).all()


def test_two_networks_are_compared_on_nine_cases(folder):
    result = compare_sensitivity(detections(folder, "DiceTopK10"), detections(folder, "WCE"), 8)
    assert result.difference.value == pytest.approx(result.a.value - result.b.value)
    assert result.difference.low <= result.difference.value <= result.difference.high
    assert result.difference.n == 9


def _ends(mask, axis):
    filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
    return filled[0], filled[-1] + 1
