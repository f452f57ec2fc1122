"""Contrast medium changes what is bright, never where it is."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, gaussian_filter

from atlas_lab.anatomy import PHASES
from atlas_lab.data.phantom import PhantomPatient, patient

SMALL = {"shape": (96, 96, 72), "spacing": 4.0}


@pytest.fixture(scope="module")
def scans() -> dict[str, PhantomPatient]:
    return {phase: patient(0, phase=phase, **SMALL) for phase in PHASES}


def mimics(made: PhantomPatient) -> np.ndarray:
    return np.logical_or.reduce([np.zeros(made.ct.shape, bool), *made.mimics.values()])


def hu(scans: dict[str, PhantomPatient], phase: str, name: str) -> float:
    made = scans[phase]
    tumour = made.masks["liver_tumor"] | made.masks["pancreas_tumor"] | made.masks["kidney_tumor"] | made.masks["kidney_cyst"]
    return float(made.ct[binary_erosion(made.masks[name]) & ~tumour].mean())


def test_scans_of_one_patient_share_masks_and_person(scans: dict[str, PhantomPatient]) -> None:
    first = scans["portal"]
    for phase, made in scans.items():
        assert made.meta["phase"] == phase
        assert all(np.array_equal(made.masks[name], mask) for name, mask in first.masks.items())
        assert made.mimics.keys() == first.mimics.keys()
        assert all(np.array_equal(made.mimics[name], mask) for name, mask in first.mimics.items())
        for key in ("patient", "site", "sex", "age", "kernel"):
            assert made.meta[key] == first.meta[key]
        assert [(x["type"], x["center_mm"]) for x in made.meta["lesions"]] == [
            (x["type"], x["center_mm"]) for x in first.meta["lesions"]
        ]
        assert {"non_contrast": "without contrast", "arterial": "arterial", "portal": "portal"}[phase] in made.meta["report"][
            "text"
        ]


def test_organs_take_contrast_medium_when_they_do(scans: dict[str, PhantomPatient]) -> None:
    for name in ("liver", "spleen", "pancreas", "kidney_left", "aorta"):
        assert hu(scans, "non_contrast", name) + 10 < hu(scans, "portal", name), name
    assert hu(scans, "arterial", "aorta") > hu(scans, "portal", "aorta") + 60
    assert hu(scans, "arterial", "liver") < hu(scans, "portal", "liver") - 10
    for name in ("bladder", "lung_left", "femur_left"):
        levels = [hu(scans, phase, name) for phase in PHASES]
        assert max(levels) - min(levels) < 6, name


def test_noise_is_another_in_each_scan(scans: dict[str, PhantomPatient]) -> None:
    air = scans["portal"].masks["lung_right"]
    difference = scans["portal"].ct[air].astype(float) - scans["arterial"].ct[air]
    assert difference.std() > 5


def test_the_spleen_is_mottled_in_the_arterial_phase_only() -> None:
    for index in (0, 1):
        spread = {}
        for phase in ("arterial", "portal"):
            made = patient(index, phase=phase, roi="spleen", spacing=3.0, lesions=[])
            inner = binary_erosion(made.masks["spleen"], iterations=3) & ~mimics(made)
            spread[phase] = gaussian_filter(made.ct.astype(float), 1.5)[inner].std()
        assert spread["arterial"] > 1.4 * spread["portal"]


def test_the_cortex_of_a_kidney_is_brighter_than_its_medulla_in_the_arterial_phase() -> None:
    gap = {}
    for phase in PHASES:
        made = patient(1, phase=phase, roi="kidney_left", spacing=1.5, lesions=[])
        kidney = made.masks["kidney_left"] & ~mimics(made)
        cortex = binary_erosion(kidney, iterations=2) & ~binary_erosion(kidney, iterations=4)
        gap[phase] = made.ct[cortex].mean() - made.ct[binary_erosion(kidney, iterations=8)].mean()
    assert gap["arterial"] > 60
    assert gap["arterial"] > 1.5 * gap["portal"] > 0
    assert abs(gap["non_contrast"]) < 15


def test_the_phase_is_drawn_where_none_is_asked_for_and_stays_the_patients() -> None:
    drawn = patient(3, **SMALL)
    asked = patient(3, phase=drawn.meta["phase"], **SMALL)
    assert asked.ct.tobytes() == drawn.ct.tobytes()
