"""Hospitals differ in their scanners, their grids, their annotators and their patients."""

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from atlas_lab.data.phantom import HOSPITALS, patient
from atlas_lab.data.phantom.hospitals import EXTERNAL, Hospital, chosen, hospital
from atlas_lab.data.phantom.lesions import LABELS
from atlas_lab.data.phantom.patient import LABELLED
from atlas_lab.errors import InputError

NAMES = tuple(site.name for site in HOSPITALS)
each = pytest.mark.parametrize("site", HOSPITALS, ids=NAMES)


@each
def test_a_scan_has_the_grid_of_its_hospital(site: Hospital) -> None:
    made = patient(0, hospital=site.name, lesions=[])
    shape = np.rint(np.divide(site.extent_mm, site.spacing))
    assert made.ct.shape == tuple(shape)
    assert np.allclose(np.diag(made.affine)[:3], site.spacing)
    assert np.allclose(made.affine @ [*(shape - 1) / 2, 1], [*site.center_mm, 1])
    assert (made.meta["site"], made.meta["kernel"]) == (site.name, site.kernel.name)
    assert site.age[0] <= made.meta["age"] < site.age[1]


@each
def test_a_hospital_draws_structures_and_tumours_that_exist(site: Hospital) -> None:
    assert set(site.labels) <= set(LABELLED)
    assert len(set(site.labels)) == len(site.labels)
    assert site.extent_mm == pytest.approx([round(mm / s) * s for mm, s in zip(site.extent_mm, site.spacing, strict=True)])


def test_hospitals_draw_different_structures() -> None:
    sets = {frozenset(site.labels) for site in HOSPITALS}
    assert len(sets) == 4  # the external site draws what the first one does
    assert set(HOSPITALS[0].labels) == set(hospital(EXTERNAL).labels) == {*LABELLED}
    assert not set(hospital("south").labels) & set(LABELS)
    assert all(set(site.labels) < set(LABELLED) for site in HOSPITALS[1:4])


def test_the_shares_of_phases_must_add_up() -> None:
    with pytest.raises(ValueError, match=r"north.*add up to 1"):
        dataclasses.replace(HOSPITALS[0], phases=(0.5, 0.5, 0.5))


@pytest.fixture(scope="module")
def noise() -> dict[str, list[tuple[float, float]]]:
    """By hospital: SD and correlation over 2 mm of the HU in bladders, which hold nothing but urine and noise."""
    found: dict[str, list[tuple[float, float]]] = {}
    for site in HOSPITALS:
        for index in range(3):
            made = patient(index, hospital=site.name, roi="bladder", spacing=2.0, lesions=[])
            inner = binary_erosion(made.masks["bladder"], iterations=4)
            hu = made.ct - made.ct[inner].mean()
            both = inner[1:] & inner[:-1]
            found.setdefault(site.name, []).append((hu[inner].std(), np.corrcoef(hu[1:][both], hu[:-1][both])[0, 1]))
    return found


@each
def test_noise_is_that_of_the_hospitals_dose(site: Hospital, noise: dict[str, list[tuple[float, float]]]) -> None:
    low, high = site.noise_hu
    for deviation, _ in noise[site.name]:
        assert 0.65 * low < deviation < 1.25 * high


def test_a_sharp_kernel_has_finer_noise_than_a_soft_one(noise: dict[str, list[tuple[float, float]]]) -> None:
    by_kernel: dict[str, list[float]] = {}
    for site in HOSPITALS:
        by_kernel.setdefault(site.kernel.name, []).extend(correlation for _, correlation in noise[site.name])
    assert max(by_kernel["sharp"]) + 0.1 < min(by_kernel["standard"])
    assert max(by_kernel["standard"]) + 0.1 < min(by_kernel["soft"])


def test_the_noisiest_hospitals_are_those_with_a_sharp_kernel(noise: dict[str, list[tuple[float, float]]]) -> None:
    mean = {name: np.mean([deviation for deviation, _ in values]) for name, values in noise.items()}
    assert min(mean, key=mean.get) == "east"
    assert max(mean, key=mean.get) in ("south", "abroad")


def test_hospitals_are_chosen_by_number_or_by_name() -> None:
    assert chosen(2) == NAMES[:2]
    assert chosen(len(HOSPITALS)) == NAMES
    assert chosen("south") == ("south",)
    assert chosen("west, north") == ("west", "north")
    assert chosen(["abroad", "east"]) == ("abroad", "east")
    assert EXTERNAL not in chosen(len(HOSPITALS) - 1)


@pytest.mark.parametrize(
    ("hospitals", "words"),
    [
        (0, "hospitals=0"),
        (-1, "hospitals=-1"),
        (6, "1 to 5"),
        (True, "hospitals=True"),
        ("norht", "'norht'.*north"),
        ("", "no hospital ''"),
        ([], "at least one"),
        (["north", "north"], "each once"),
        ("south,south", "each once"),
        (["north", "nowhere"], "'nowhere'"),
    ],
)
def test_a_wrong_choice_is_refused_by_name(hospitals, words: str) -> None:
    with pytest.raises(InputError, match=words):
        chosen(hospitals)


@pytest.mark.parametrize("hospitals", [[3], [None], 2.0, None])
def test_what_is_no_hospital_is_refused(hospitals) -> None:
    with pytest.raises(InputError):
        chosen(hospitals)
