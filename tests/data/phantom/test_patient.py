"""Phantom patients: seeded, one anatomy on every grid, honest about bad input."""

import numpy as np
import pytest

from atlas_lab.data.phantom import Order, OrganSimilarity, PhantomPatient, patient
from atlas_lab.data.phantom.patient import LABELLED
from atlas_lab.errors import InputError

SMALL = {"shape": (64, 64, 48), "spacing": 6.0}
TINY = {"shape": (32, 32, 24), "spacing": 12.0}


@pytest.fixture(scope="module")
def small() -> PhantomPatient:
    return patient(0, **SMALL)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def test_the_same_seed_gives_the_same_bytes(small: PhantomPatient) -> None:
    again = patient(0, **SMALL)
    assert again.ct.tobytes() == small.ct.tobytes()
    assert all(again.masks[name].tobytes() == mask.tobytes() for name, mask in small.masks.items())
    assert again.meta == small.meta


def test_global_random_state_is_neither_used_nor_changed(small: PhantomPatient) -> None:
    np.random.seed(5)  # noqa: NPY002 - the global state is what is tested
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert patient(0, **SMALL).ct.tobytes() == small.ct.tobytes()
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_another_index_seed_or_hospital_is_another_patient(small: PhantomPatient) -> None:
    for other in (patient(1, **SMALL), patient(0, seed=1, **SMALL), patient(0, hospital="abroad", **SMALL)):
        assert dice(other.masks["liver"], small.masks["liver"]) < 0.97
        assert other.ct.tobytes() != small.ct.tobytes()
        assert other.meta["patient"] != small.meta["patient"]


def test_masks_hold_all_that_is_labelled(small: PhantomPatient) -> None:
    assert set(small.masks) == set(LABELLED)
    assert all(mask.dtype == bool and mask.shape == small.ct.shape for mask in (*small.masks.values(), *small.mimics.values()))


def test_the_grid_is_centred_and_ras(small: PhantomPatient) -> None:
    assert small.ct.dtype == np.int16
    assert small.ct.shape == (64, 64, 48)
    assert np.allclose(small.affine @ [31.5, 31.5, 23.5, 1], [0, 0, 0, 1])
    assert np.allclose(np.diag(small.affine), [6, 6, 6, 1])


def test_the_anatomy_does_not_depend_on_the_spacing(small: PhantomPatient) -> None:
    fine = patient(0)  # every coarse voxel is a block of 2 x 2 x 2 fine ones
    for name in ("liver", "spleen", "kidney_left", "stomach", "bladder", "femur_right"):
        blocks = fine.masks[name].reshape(64, 2, 64, 2, 48, 2).mean(axis=(1, 3, 5)) >= 0.5
        assert dice(blocks, small.masks[name]) > 0.92, name
    assert [fine.meta[key] for key in ("patient", "sex", "age", "phase")] == [
        small.meta[key] for key in ("patient", "sex", "age", "phase")
    ]


def test_the_anatomy_does_not_depend_on_the_field_of_view(small: PhantomPatient) -> None:
    part = patient(0, shape=(64, 64, 24), spacing=6.0)
    for name in ("liver", "spleen", "stomach", "pancreas", "aorta"):
        assert dice(part.masks[name], small.masks[name][:, :, 12:36]) > 0.98, name


def test_lesions_change_neither_the_person_nor_the_anatomy_beside_them(small: PhantomPatient) -> None:
    healthy = patient(0, lesions=[], **SMALL)
    for name in ("spleen", "kidney_left", "stomach", "aorta", "femur_left"):
        assert np.array_equal(healthy.masks[name], small.masks[name]), name
    assert healthy.meta["age"] == small.meta["age"]


def test_spacing_may_differ_along_the_axes() -> None:
    made = patient(0, shape=(48, 40, 30), spacing=(8.0, 8.0, 10.0))
    assert made.ct.shape == (48, 40, 30)
    whole = patient(0, shape=(64, 64, 48), spacing=8.0)
    assert made.masks["liver"].sum() * 0.64 == pytest.approx(whole.masks["liver"].sum() * 0.512, rel=0.05)


def test_a_field_of_view_too_small_for_most_organs_still_works() -> None:
    assert not patient(0, shape=(8, 8, 8), spacing=2.0).masks["femur_left"].any()


def test_the_body_lies_in_air_on_a_table(small: PhantomPatient) -> None:
    assert np.abs(small.ct[:, -3:].mean() + 1000) < 15
    below = small.ct[:, :16].max(axis=(0, 1))
    assert below.max() > 150


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"index": -1}, "index"),
        ({"index": 1.5}, "index"),
        ({"index": True}, "index"),
        ({"index": 0, "seed": -1}, "seed"),
        ({"index": 0, "hospital": "nroth"}, "'nroth'.*north"),
        ({"index": 0, "phase": "venous"}, "phase='venous'"),
        ({"index": 0, "phase": ""}, "phase=''"),
        ({"index": 0, "shape": (128, 128)}, "shape"),
        ({"index": 0, "shape": 128}, "shape"),
        ({"index": 0, "shape": (7, 64, 64)}, "shape"),
        ({"index": 0, "shape": (64.0, 64, 64)}, "shape"),
        ({"index": 0, "shape": "abc"}, "shape"),
        ({"index": 0, "shape": (4000, 4000, 4000)}, "voxels.*do not fit into memory"),
        ({"index": 0, "spacing": 0}, "spacing"),
        ({"index": 0, "spacing": -3.0}, "spacing"),
        ({"index": 0, "spacing": 50}, "spacing=50"),
        ({"index": 0, "spacing": 0.01}, "spacing"),
        ({"index": 0, "spacing": 0.2}, "voxels.*do not fit into memory"),
        ({"index": 0, "spacing": float("nan")}, "spacing"),
        ({"index": 0, "spacing": (3.0, float("inf"), 3.0)}, "spacing"),
        ({"index": 0, "spacing": (3.0, 3.0)}, "spacing"),
        ({"index": 0, "spacing": True}, "spacing"),
        ({"index": 0, "spacing": "3"}, "spacing"),
        ({"index": 0, "lesions": ["melanoma"]}, "'melanoma'"),
        ({"index": 0, "lesions": ["metastases"]}, "metastasis"),
        ({"index": 0, "lesions": ["liver_cyst"]}, "'liver_cyst'"),
        ({"index": 0, "real_gap": 2}, "real_gap=2"),
        ({"index": 0, "real_gap": -0.1}, "real_gap"),
        ({"index": 0, "real_gap": "1"}, "real_gap"),
        ({"index": 0, "real_gap": float("nan")}, "real_gap"),
        ({"index": 0, "organ_similarity": 1.1}, "organ_similarity"),
        ({"index": 0, "organ_similarity": True}, "organ_similarity"),
        ({"index": 0, "roi": "elbow"}, "elbow"),
    ],
)
def test_bad_input_is_refused_by_name(arguments: dict, word: str) -> None:
    with pytest.raises(InputError, match=word):
        patient(**arguments)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Order("metastasis", count=True), "count=True"),
        (lambda: Order("metastasis", count=0), "count=0"),
        (lambda: Order("metastasis", diameter_mm=(30, 20)), "diameter_mm"),
        (lambda: Order("metastasis", diameter_mm=(10, 300)), "between 2.5 and 60 mm"),
        (lambda: Order("metastasis", diameter_mm=(10,)), "diameter_mm"),
        (lambda: OrganSimilarity(early=2), "early=2"),
        (lambda: OrganSimilarity(late=-1), "late=-1"),
        (lambda: OrganSimilarity(early_mm=40, late_mm=20), "early_mm < late_mm"),
    ],
)
def test_bad_orders_and_similarities_are_refused_by_name(make, word: str) -> None:
    with pytest.raises(InputError, match=word):
        make()


@pytest.mark.parametrize("lesions", ["metastasis", 3, [3], [None], [{"kind": "metastasis"}]])
def test_lesions_that_are_no_list_of_types_are_refused(lesions) -> None:
    with pytest.raises(InputError):
        patient(0, lesions=lesions, **TINY)


@pytest.mark.parametrize("diameter_mm", [20, ("a", "b"), (float("nan"), 20)])
def test_diameters_that_are_no_two_numbers_are_refused(diameter_mm) -> None:
    with pytest.raises(InputError, match="diameter_mm"):
        Order("metastasis", diameter_mm=diameter_mm)
