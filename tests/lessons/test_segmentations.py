"""Where the networks of the evaluation lesson come from: a folder of real ones, or bad habits."""

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data import Case, LabelMap, Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation import score, summary
from atlas_lab.lessons import made_up_segmentations, real_segmentations, real_structures


def write(path, mask):
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(mask.astype(np.uint8), np.diag([1.0, 1, 5, 1])), path)


@pytest.fixture
def folder(tmp_path):
    truth = np.zeros((6, 7, 4), bool)
    truth[1:4, 1:4, 1:3] = True
    root = tmp_path / "benchmarks" / "liver_tumor"
    for case in ("a", "b"):
        write(root / "ground_truth" / f"{case}.nii.gz", truth)
        for network in ("one", "two"):
            write(root / "predictions" / network / f"{case}.nii.gz", truth if network == "one" else ~truth)
    return tmp_path


def test_a_folder_gives_every_network_on_every_case(folder):
    pairs = list(real_segmentations(folder))
    assert [(pair.case, pair.network) for pair in pairs] == [("a", "one"), ("a", "two"), ("b", "one"), ("b", "two")]
    assert all(pair.spacing == (1, 1, 5) for pair in pairs)
    assert (pairs[0].prediction == pairs[0].truth).all()
    assert (pairs[1].prediction != pairs[1].truth).all()


def test_a_network_that_lacks_a_case_is_refused(folder):
    (folder / "benchmarks/liver_tumor/predictions/two/b.nii.gz").unlink()
    with pytest.raises(InputError, match=r"two: has no b\.nii.gz; every network must have every case"):
        real_segmentations(folder)  # at once, before anything is read


def test_a_prediction_on_another_grid_is_refused(folder):
    write(folder / "benchmarks/liver_tumor/predictions/two/b.nii.gz", np.ones((6, 7, 5)))
    with pytest.raises(InputError, match=r"b.nii.gz: shape \(6, 7, 5\), but the truth has \(6, 7, 4\)"):
        list(real_segmentations(folder))


def test_a_folder_without_a_benchmark_is_refused(tmp_path):
    with pytest.raises(InputError, match="liver_tumor: there is no such folder; real= takes one with"):
        list(real_segmentations(tmp_path))
    (tmp_path / "benchmarks/liver_tumor").mkdir(parents=True)
    with pytest.raises(InputError, match=r"needs ground_truth/CASE.nii.gz and predictions/NETWORK"):
        list(real_segmentations(tmp_path))


@pytest.fixture
def patient():
    liver, tumour = np.zeros((2, 40, 40, 30), bool)
    liver[4:36, 4:36, 2:28] = True
    tumour[10:18, 10:18, 10:18] = True  # 13.8 mL at 3 mm
    tumour[28:31, 28:31, 20:23] = True  # 0.7 mL
    affine = np.diag([3.0, 3, 3, 1])
    return Case("p", Volume(np.zeros(liver.shape, np.int16), affine), LabelMap({"liver": liver, "liver_tumor": tumour}, affine))


def test_each_made_up_network_has_its_bad_habit(patient):
    healthy = Case(
        "q",
        patient.ct,
        LabelMap({"liver": patient.labels["liver"], "liver_tumor": np.zeros((40, 40, 30), bool)}, patient.ct.affine),
    )
    made = {pair.network: pair for pair in made_up_segmentations([patient, healthy], seed=2)}
    assert {pair.case for pair in made.values()} == {"p"}
    truth = patient.labels["liver_tumor"]
    assert (made["cautious"].prediction <= truth).all()
    assert (made["generous"].prediction >= truth).all()
    assert made["shifted"].prediction.sum() == truth.sum()
    assert (made["shifted"].prediction[:, :, 1:] == truth[:, :, :-1]).all()
    small = np.s_[28:31, 28:31, :]
    assert not made["misses_small"].prediction[small].any()
    assert made["misses_small"].prediction[10:18, 10:18, 10:18].all()


@pytest.mark.real
def test_the_real_folder_has_nine_cases_of_four_networks_and_their_known_overlap(real_data):
    pairs = list(real_segmentations(real_data))
    assert len(pairs) == 36
    rows = [score(pair.prediction, pair.truth, pair.spacing).assign(network=pair.network, case=pair.case) for pair in pairs]
    worst = max(rows, key=lambda row: row["case"].iloc[0] == "240" and row["dsc"].iloc[0])
    assert worst["dsc"].iloc[0] == pytest.approx(0.11, abs=0.005)  # the hard case: 0.04 to 0.11


@pytest.mark.real
def test_real_structures_are_judged_with_their_flags(real_data):
    case, predicted = real_structures(real_data, "totalsegmentator_fast", "TS_ABD_0002")
    table = score(predicted, case)
    assert len(table) == 22
    assert (table["flag"] == "absent").sum() == 5  # bladder, oesophagus, femora, prostate
    assert table.loc["liver", "flag"] == "cut"
    assert summary(table)["n"].sum() == 5


def test_real_structures_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(InputError, match="segmentations: there is no such folder"):
        real_structures(tmp_path, "net", "case")
    (tmp_path / "predictions/net/case/segmentations").mkdir(parents=True)
    with pytest.raises(InputError, match=r"segmentations: has no NAME\.nii.gz"):
        real_structures(tmp_path, "net", "case")
