"""Real masks and real networks."""

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.evaluation import CONVENTIONS, score
from tests.evaluation.peers import deepmind, monai

pytestmark = pytest.mark.real
NETWORKS = ["CE", "DiceTopK10", "Tversky", "WCE"]
CASES = [141, 145, 175, 189, 240, 263, 304, 329, 390]


def masks_in(folder):
    """Structure → bool mask, and the voxel size in mm."""
    images = {path.name.removesuffix(".nii.gz"): nib.load(path) for path in sorted(folder.glob("*.nii.gz"))}
    size = tuple(float(side) for side in next(iter(images.values())).header.get_zooms()[:3])
    return {name: np.asarray(image.dataobj) > 0 for name, image in images.items()}, size


def test_the_organs_of_a_real_patient_are_scored_as_deepmind_does(real_data):
    truth, size = masks_in(real_data / "cases" / "TS_ABD_0002" / "segmentations")
    prediction, _ = masks_in(real_data / "predictions" / "totalsegmentator_fast" / "TS_ABD_0002" / "segmentations")
    table = score(prediction, truth, size, tolerance_mm=3)
    assert set(table.index) == set(truth)
    for name, row in table.iterrows():
        theirs = deepmind(prediction[name], truth[name], size, 3)
        assert row["dsc"] == pytest.approx(theirs["dsc"], abs=0, nan_ok=True)
        assert row["nsd"] == pytest.approx(theirs["nsd"], abs=1e-9, nan_ok=True)
        assert row[["hd", "hd95", "assd"]].tolist() == pytest.approx([theirs[key] for key in ("hd", "hd95", "assd")], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_four_networks_on_nine_livers_have_monais_dsc_and_deepminds_surfaces(real_data, network):
    folder = real_data / "benchmarks" / "liver_tumor"
    for case in CASES:
        truth, prediction = (
            nib.load(path / f"{case}.nii.gz") for path in (folder / "ground_truth", folder / "predictions" / network)
        )
        size = tuple(float(side) for side in truth.header.get_zooms()[:3])
        ours, theirs = (np.asarray(image.dataobj) > 0 for image in (prediction, truth))
        row = score(ours, theirs, size, tolerance_mm=2).iloc[0]
        peer = deepmind(ours, theirs, size, 2)
        assert row[["nsd", "hd95", "assd"]].tolist() == pytest.approx([peer[key] for key in ("nsd", "hd95", "assd")], abs=1e-6)
        if case == 329:  # the smallest; MONAI transforms the whole volume
            voxel = score(ours, theirs, size, tolerance_mm=2, **CONVENTIONS["monai"]).iloc[0]
            there = monai(ours, theirs, size, 2)
            assert voxel[list(there)].tolist() == pytest.approx(list(there.values()), rel=1e-5)
        assert row["dsc"] == pytest.approx(2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()), abs=1e-12)
