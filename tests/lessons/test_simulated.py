"""What the evaluation lesson judges: the same for the same seed, inside the organ, and as clumsy as it says."""

import cc3d
import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.evaluation import Detections, detect
from atlas_lab.lessons import lesion_patients, simulated_detector
from atlas_lab.lessons.simulated import _ball

SPACING = (1.0, 1.0, 2.0)
ORGAN = np.ones((60, 60, 40), bool)


def ball(centre_mm, diameter_mm):
    return _ball(ORGAN.shape, np.array(centre_mm), diameter_mm / 2, np.array(SPACING))


@pytest.fixture(scope="module")
def patients():
    return lesion_patients(8, seed=1)


def test_every_second_patient_has_liver_lesions(patients):
    ill = [bool(case.labels["liver_tumor"].any()) for case in patients]
    assert ill == [True, False] * 4
    for case in patients:
        assert not (case.labels["liver_tumor"] & ~case.labels["liver"]).any()
    assert len({case.id for case in patients}) == 8


def test_fewer_than_eight_patients_are_refused():
    with pytest.raises(InputError, match="patients=7: give at least 8"):
        lesion_patients(7)


def test_a_seed_says_everything():
    one, same, other = (simulated_detector(ball((30, 30, 40), 20), ORGAN, SPACING, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.dtype == np.float32
    assert 0 <= one.min() < one.max() <= 1


def test_large_lesions_are_found_and_small_ones_missed():
    def sensitivity(diameter):
        lesion = ball((30, 30, 40), diameter)
        soft = {str(seed): simulated_detector(lesion, ORGAN, SPACING, seed=seed, false_positives=0) for seed in range(60)}
        cases = {name: detect(map > 0, lesion, SPACING, confidence=map) for name, map in soft.items()}
        return Detections(cases).sensitivity_by_size().loc["all", "sensitivity"]

    assert sensitivity(4) < 0.2 < 0.8 < sensitivity(22)


def test_false_positives_are_as_many_as_asked_for_and_clear_of_the_lesions():
    lesion, counts = ball((30, 30, 40), 8), []
    for seed in range(200):
        alone = simulated_detector(lesion, ORGAN, SPACING, seed=seed, false_positives=0)
        both = simulated_detector(lesion, ORGAN, SPACING, seed=seed, false_positives=2)
        np.testing.assert_array_equal(both[alone > 0], alone[alone > 0])
        imagined = (both > 0) & (alone == 0)
        assert not (imagined & lesion).any()
        counts.append(cc3d.connected_components(imagined, connectivity=26, return_N=True)[1])
    assert 1.6 < np.mean(counts) < 2.2  # two, but for those left out beside a lesion or another


def test_without_a_lesion_or_an_organ_nothing_is_found():
    nothing = np.zeros_like(ORGAN)
    assert not simulated_detector(nothing, ORGAN, SPACING, false_positives=0).any()
    assert not simulated_detector(nothing, nothing, SPACING, false_positives=5).any()


@pytest.mark.parametrize("rate", [-1, float("nan")])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(InputError, match=r"false_positives=.*: give the average number a patient, 0 or more"):
        simulated_detector(ORGAN, ORGAN, SPACING, false_positives=rate)
