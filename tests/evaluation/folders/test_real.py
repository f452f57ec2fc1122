"""Real predictions of real networks, scored as folders: the values an independent count gives."""

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.evaluation.comparing import compare
from atlas_lab.evaluation.folders import evaluate

NETWORKS = ("CE", "WCE")


@pytest.fixture(scope="module")
def networks(real_data):
    """Two of the four networks on the nine liver tumour cases."""
    folder = real_data / "benchmarks" / "liver_tumor"
    options = {"labels": {"liver_tumor": 1}, "tolerance_mm": 2, "progress": False}
    return {name: evaluate(folder / "predictions" / name, folder / "ground_truth", **options) for name in NETWORKS}


def test_the_dsc_of_every_case_is_that_of_the_files_voxels(networks, real_data):
    folder = real_data / "benchmarks" / "liver_tumor"
    for id in ("141", "240", "390"):
        truth, predicted = (
            np.asarray(nib.load(part / f"{id}.nii.gz").dataobj) == 1
            for part in (folder / "ground_truth", folder / "predictions/CE")
        )
        dsc = 2 * (truth & predicted).sum() / (truth.sum() + predicted.sum())
        assert networks["CE"].table.loc[(id, "liver_tumor"), "dsc"] == pytest.approx(dsc)


def test_all_21_tumours_are_counted_and_the_network_that_draws_too_much_finds_them_all(networks):
    found = {name: one.detections["liver_tumor"].sensitivity_by_size().loc["all"] for name, one in networks.items()}
    assert found["CE"]["n"] == found["WCE"]["n"] == 21
    assert found["WCE"]["hits"] > found["CE"]["hits"]


def test_the_comparison_says_by_how_much_it_is_worse(networks):
    row = compare(networks["CE"], networks["WCE"]).table.loc["liver_tumor"]
    assert row["n"] == 9
    assert row["low"] > 0
    assert row["p_holm"] == pytest.approx(2 / 2**8)  # the exact Wilcoxon of nine cases, of which the smallest goes the other way
    assert (row["wins"], row["losses"]) == (8, 1)


def test_masks_without_a_ct_are_scored_against_cases_with_one(real_data):
    found = evaluate(real_data / "predictions" / "totalsegmentator_fast", real_data / "cases", tolerance_mm=3, progress=False)
    one = found.table.loc["TS_ABD_0002"]
    assert one.loc[["gall_bladder", "pancreas"], "dsc"].tolist() == pytest.approx([0.920, 0.809], abs=1e-3)
    assert one.loc["liver", "flag"] == "cut"
    assert set(found.problems["id"]) == {"TS_ABD_0001", "STS_002", "STS_019", "EV_370_SLICE", "EV_394_SLICE"}
