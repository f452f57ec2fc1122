"""A recipe says which scans an atlas holds before any is made."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data.phantom import HOSPITALS, Order, OrganSimilarity, Recipe
from atlas_lab.data.phantom.hospitals import hospital
from atlas_lab.data.phantom.patient import LABELLED
from atlas_lab.errors import InputError

NAMES = tuple(site.name for site in HOSPITALS)
names = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)
seeds = st.integers(0, 2**32)


@given(seeds, names, st.integers(0, 30), st.integers(0, 30))
def test_a_larger_atlas_begins_with_the_smaller_one(seed, hospitals, few, more) -> None:
    recipe = Recipe.of(seed=seed, hospitals=hospitals)
    assert recipe.scans(few) == recipe.scans(few + more)[:few]
    assert len(recipe.scans(few)) == few


@given(seeds, names)
def test_hospitals_take_turns_patient_by_patient(seed, hospitals) -> None:
    scans = Recipe.of(seed=seed, hospitals=hospitals).scans(25)
    assert [scan.id for scan in scans] == [f"BDMAP_{number:08d}" for number in range(1, 26)]
    patients = list(dict.fromkeys((scan.hospital, scan.index) for scan in scans))
    assert patients == [(hospitals[n % len(hospitals)], n // len(hospitals)) for n in range(len(patients))]


@given(seeds, names)
def test_a_pair_is_an_arterial_and_a_portal_scan_of_one_patient(seed, hospitals) -> None:
    scans = Recipe.of(seed=seed, hospitals=hospitals).scans(40)
    by_patient: dict[tuple[str, int], list[str | None]] = {}
    for scan in scans[:-1]:  # the last may have lost its second half
        by_patient.setdefault((scan.hospital, scan.index), []).append(scan.phase)
    last = (scans[-1].hospital, scans[-1].index)
    assert all(phases in ([None], ["arterial", "portal"]) for key, phases in by_patient.items() if key != last)


def test_pairs_are_as_frequent_as_in_the_hospital() -> None:
    for site in HOSPITALS:
        scans = Recipe.of(hospitals=[site.name]).scans(1000)
        patients = {scan.index for scan in scans}
        paired = {scan.index for scan in scans if scan.phase}
        assert len(paired) / len(patients) == pytest.approx(site.pairs, abs=0.05)


@settings(max_examples=30)
@given(seeds, names, st.floats(0, 1), st.floats(0, 1))
def test_an_origin_outlives_json_and_knows_every_parameter(seed, hospitals, gap, early) -> None:
    recipe = Recipe.of(
        seed=seed,
        hospitals=hospitals,
        spacing=(2, 2, 3),
        lesions=[Order("metastasis", 2, (5, 20))],
        real_gap=gap,
        organ_similarity=OrganSimilarity(early=early),
    )
    origin = recipe.origin(recipe.scans(1)[0])
    assert json.loads(json.dumps(origin)) == origin
    again = Recipe.of(
        **{key: origin[key] for key in ("seed", "hospitals", "shape", "spacing", "real_gap", "labels")},
        lesions=[Order(**order | {"diameter_mm": tuple(order["diameter_mm"])}) for order in origin["lesions"]],
        organ_similarity=OrganSimilarity(**origin["organ_similarity"]),
    )
    assert again == recipe


def test_each_hospital_draws_its_own_labels_unless_all_are_asked_for() -> None:
    for labels in ("hospital", "all"):
        recipe = Recipe.of(hospitals=5, labels=labels)
        for scan in recipe.scans(10):
            assert recipe.labelled(scan) == (LABELLED if labels == "all" else hospital(scan.hospital).labels)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"seed": -1}, "seed=-1"),
        ({"seed": 1.0}, "seed=1.0"),
        ({"hospitals": 0}, "hospitals=0"),
        ({"hospitals": 9}, "1 to 5"),
        ({"hospitals": "north,nroth"}, "'nroth'"),
        ({"hospitals": ["north", "north"]}, "each once"),
        ({"shape": (2, 2, 2)}, r"shape=\(2, 2, 2\)"),
        ({"spacing": 0}, "spacing=0"),
        ({"spacing": 0.2}, "do not fit into memory"),
        ({"lesions": "metastasis"}, "give a list"),
        ({"lesions": ["haemangioma"]}, "'haemangioma'"),
        ({"real_gap": 2}, "real_gap=2"),
        ({"organ_similarity": -1}, "organ_similarity=-1"),
        ({"labels": "mine"}, "labels='mine'"),
    ],
)
def test_what_is_wrong_is_said_when_the_recipe_is_made(arguments: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Recipe.of(**arguments)
