"""Observers, judged on patients that they have not seen."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics import Interval
from atlas_lab.synthesis.realism import Lesions, Observed, observe
from atlas_lab.synthesis.realism.cnn import Cnn
from atlas_lab.synthesis.realism.folds import check_folds, patient_folds
from tests.synthesis.realism.painted import many

REAL = many(24, "a", per_patient=2)
UNIFORM = many(24, "b", per_patient=2, blur_mm=0.0, speckle=0.0, noise=2.0)


class Remembering:
    """Notes who was learned from and who was judged, and scores by mean HU."""

    def __init__(self):
        self.seen = []

    def scores(self, train, labels, test, seed):
        self.seen.append((train, test))
        return test.mean(axis=(1, 2, 3))


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=4, max_size=40), st.integers(0, 9))
def test_a_patient_is_never_learned_from_and_judged(lesions, seed):
    patients = np.array([f"p{number}" for number, _ in lesions])
    synthetic = np.array([side for _, side in lesions])
    if min(len(set(patients[synthetic == side])) for side in (False, True)) < 2:
        with pytest.raises(InputError, match="two patients or more"):
            patient_folds(patients, synthetic, seed)
        return
    folds = patient_folds(patients, synthetic, seed)
    assert all(len(set(folds[patients == name])) == 1 for name in patients)
    assert all(len(set(synthetic[folds == number])) == 2 for number in folds)
    assert 2 <= len(set(folds)) <= 5


def test_no_lesion_of_a_judged_patient_is_learned_from():
    observer = Remembering()
    found = observe(REAL, UNIFORM, observer)
    crops = {lesion.seen.tobytes(): lesion.patient for side in (REAL, UNIFORM) for lesion in side}
    for train, test in observer.seen:
        known, asked = ({crops[crop.tobytes()] for crop in part} for part in (train, test))
        assert not known & asked
    assert found.observer == "Remembering"
    assert sum(len(test) for _, test in observer.seen) == 48


def test_folds_of_ones_own_that_split_a_patient_are_refused():
    folds = np.arange(48) % 2
    with pytest.raises(InputError, match="patient a0 is in 0 and 1; whole patients go into one fold"):
        observe(REAL, UNIFORM, folds=folds)
    patients, synthetic = np.array(["a", "b", "c", "d"]), np.array([False, False, True, True])
    with pytest.raises(InputError, match="fold 0 has lesions of one side only"):
        check_folds(np.array([0, 0, 1, 1]), patients, synthetic)
    with pytest.raises(InputError, match="one fold only"):
        check_folds(np.zeros(4), patients, synthetic)
    with pytest.raises(InputError, match="one for each of the 4 lesions"):
        check_folds(np.zeros(3), patients, synthetic)


def test_the_network_tells_hard_edged_uniform_blobs_from_textured_ones():
    found = observe(REAL, UNIFORM, Cnn(steps=60), seed=3)
    assert found.auc.value > 0.97
    assert found.verdict == "told apart"
    assert found.auc.low < 1  # 12 patients a side prove no certainty
    assert str(found).startswith("Cnn: told apart, AUC ")
    assert "24 + 24 lesions of 12 + 12 patients" in str(found)


def test_the_linear_observer_finds_a_known_shift_of_contrast_and_is_the_same_by_its_seed():
    darker = many(24, "c", per_patient=2, contrast=-110.0)
    found = observe(REAL, darker)
    assert found.auc.value > 0.97
    again, other = observe(REAL, darker), observe(REAL, darker, seed=1)
    assert found.auc == again.auc
    assert found.scores.equals(again.scores)
    assert not found.scores.equals(other.scores)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_samples_of_one_kind_are_not_told_apart_by_the_linear_observer(seed):
    found = observe(many(30, "a", seed), many(30, "b", seed), seed=seed)
    assert found.verdict != "told apart"
    assert found.auc.low < 0.5


def test_the_network_is_the_same_by_its_seed_and_leaves_torchs_chance_alone():
    rng = np.random.default_rng(0)
    crops, labels = rng.standard_normal((8, 32, 32, 32)).astype(np.float32) * 50, np.arange(8) % 2 == 1
    before = torch.random.get_rng_state()
    one, two = (Cnn(steps=3).scores(crops, labels, crops, 5) for _ in range(2))
    assert np.array_equal(one, two)
    assert torch.equal(before, torch.random.get_rng_state())
    assert not np.array_equal(one, Cnn(steps=3).scores(crops, labels, crops, 6))


def verdict(auc, low, high, narrow):
    return Observed("x", Interval(auc, low, high, 0.95, 9), Interval(auc, *narrow, 0.9, 9), pd.DataFrame()).verdict


def test_what_is_not_shown_to_differ_is_not_shown_to_be_alike():
    assert verdict(0.7, 0.55, 0.8, (0.58, 0.78)) == "told apart"
    assert verdict(0.55, 0.51, 0.59, (0.515, 0.585)) == "told apart"
    assert verdict(0.5, 0.42, 0.58, (0.43, 0.57)) == "not told apart"
    assert verdict(0.5, 0.3, 0.7, (0.33, 0.67)) == "undecided"
    assert verdict(0.3, 0.2, 0.4, (0.22, 0.38)) == "undecided"


def test_what_cannot_be_observed_is_said():
    with pytest.raises(InputError, match="observer 'hoteling': did you mean 'hotelling'"):
        observe(REAL, UNIFORM, "hoteling")
    with pytest.raises(InputError, match="object with scores"):
        observe(REAL, UNIFORM, 3)
    with pytest.raises(InputError, match="synthetic: holds no lesion; 4 were left out"):
        observe(REAL, Lesions((), 1.0, 4))
    with pytest.raises(InputError, match="real: its 2 lesions are of 1 patient; a comparison needs 2"):
        observe(REAL.take([0, 1]), UNIFORM)
    with pytest.raises(InputError, match="voxels of 1 mm and synthetic ones of 2 mm"):
        observe(REAL, Lesions(UNIFORM.lesions, 2.0))
    with pytest.raises(InputError, match="real: give what lesions_of returns, not list"):
        observe([1], UNIFORM)
