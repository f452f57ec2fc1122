"""What the phantom's lesions promise."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from atlas_lab.anatomy import BY_NAME
from atlas_lab.data.phantom import patient
from atlas_lab.data.phantom.patient import PhantomPatient

KINDS = ("liver_tumor", "pancreas_tumor", "kidney_tumor", "kidney_cyst")
GRID = {"shape": (96, 96, 72), "spacing": 4.0}


@pytest.fixture(scope="module")
def patients() -> list[PhantomPatient]:
    return [patient(index, seed=1, **GRID) for index in range(12)]


def test_some_patients_have_lesions_and_some_have_none(patients: list[PhantomPatient]) -> None:
    ill = [bool(made.meta["lesions"]) for made in patients]
    assert any(ill)
    assert not all(ill)
    assert {lesion["type"] for made in patients for lesion in made.meta["lesions"]} == set(KINDS)


def test_a_lesion_never_leaves_its_organ(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for kind in KINDS:
            hosts = np.logical_or.reduce([made.masks[host] for host in BY_NAME[kind].hosts])
            assert not (made.masks[kind] & ~hosts).any(), kind


def test_a_mask_is_empty_exactly_when_no_such_lesion_is_listed(patients: list[PhantomPatient]) -> None:
    for made in patients:
        assert {k for k in KINDS if made.masks[k].any()} == {lesion["type"] for lesion in made.meta["lesions"]}


def test_each_lesion_lies_where_its_record_says_and_is_as_large(patients: list[PhantomPatient]) -> None:
    for made in patients:
        for lesion in made.meta["lesions"]:
            index = np.linalg.solve(made.affine, [*lesion["center_mm"], 1])[:3]
            points = np.argwhere(made.masks[lesion["type"]])
            assert np.linalg.norm((points - index) * 4.0, axis=1).min() < 5, lesion
            near = np.linalg.norm((points - index) * 4.0, axis=1) < lesion["diameter_mm"]
            size = near.sum() * 0.064 / (np.pi / 6 * (lesion["diameter_mm"] / 10) ** 3)
            assert 0.25 < size < 2.5, (lesion, size)


def test_lesions_are_darker_than_their_organ_as_much_as_the_record_says(patients: list[PhantomPatient]) -> None:
    seen = 0
    for made in patients:
        for kind in KINDS:
            listed = [lesion for lesion in made.meta["lesions"] if lesion["type"] == kind]
            core = binary_erosion(made.masks[kind])
            if len(listed) != 1 or core.sum() < 20:
                continue
            organ = binary_erosion(made.masks[listed[0]["organ"]] & ~made.masks[kind])
            contrast = made.ct[core].mean() - made.ct[organ].mean()
            assert contrast == pytest.approx(listed[0]["hu_contrast"], abs=25), listed
            seen += 1
    assert seen >= 4
