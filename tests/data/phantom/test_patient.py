"""Phantom patients: seeded, one anatomy on every grid, honest about bad input."""

import numpy as np
import pytest

from atlas_lab.data.phantom import patient
from atlas_lab.data.phantom.patient import PhantomPatient
from atlas_lab.errors import InputError

SMALL = {"shape": (64, 64, 48), "spacing": 6.0}


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


def test_another_index_or_seed_is_another_patient(small: PhantomPatient) -> None:
    for other in (patient(1, **SMALL), patient(0, seed=1, **SMALL)):
        assert dice(other.masks["liver"], small.masks["liver"]) < 0.97
        assert other.ct.tobytes() != small.ct.tobytes()


def test_the_grid_is_centred_and_ras(small: PhantomPatient) -> None:
    assert small.ct.dtype == np.int16
    assert small.ct.shape == (64, 64, 48)
    middle = small.affine @ [31.5, 31.5, 23.5, 1]
    assert np.allclose(middle, [0, 0, 0, 1])
    assert np.allclose(np.diag(small.affine), [6, 6, 6, 1])


def test_the_anatomy_does_not_depend_on_the_spacing(small: PhantomPatient) -> None:
    fine = patient(0)  # every coarse voxel is a block of 2 x 2 x 2 fine ones
    for name in ("liver", "spleen", "kidney_left", "bladder", "femur_right"):
        blocks = fine.masks[name].reshape(64, 2, 64, 2, 48, 2).mean(axis=(1, 3, 5)) >= 0.5
        assert dice(blocks, small.masks[name]) > 0.93, name
    assert fine.meta == small.meta


def test_the_anatomy_does_not_depend_on_the_field_of_view(small: PhantomPatient) -> None:
    part = patient(0, shape=(64, 64, 24), spacing=6.0)
    same = small.masks["liver"][:, :, 12:36]
    assert dice(part.masks["liver"], same) > 0.98


def test_spacing_may_differ_along_the_axes() -> None:
    made = patient(0, shape=(48, 40, 30), spacing=(8.0, 8.0, 10.0))
    assert made.ct.shape == (48, 40, 30)
    assert made.masks["liver"].sum() * 0.64 == pytest.approx(1250, rel=0.25)


def test_a_field_of_view_too_small_for_most_organs_still_works() -> None:
    made = patient(0, shape=(8, 8, 8), spacing=2.0)
    assert not made.masks["femur_left"].any()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"index": -1}, "index"),
        ({"index": 1.5}, "index"),
        ({"index": True}, "index"),
        ({"index": 0, "seed": -1}, "seed"),
        ({"index": 0, "shape": (128, 128)}, "shape"),
        ({"index": 0, "shape": 128}, "shape"),
        ({"index": 0, "shape": (7, 64, 64)}, "shape"),
        ({"index": 0, "shape": (64.0, 64, 64)}, "shape"),
        ({"index": 0, "spacing": 0}, "spacing"),
        ({"index": 0, "spacing": -3.0}, "spacing"),
        ({"index": 0, "spacing": float("nan")}, "spacing"),
        ({"index": 0, "spacing": (3.0, float("inf"), 3.0)}, "spacing"),
        ({"index": 0, "spacing": (3.0, 3.0)}, "spacing"),
        ({"index": 0, "spacing": "3"}, "spacing"),
    ],
)
def test_bad_input_is_refused_by_name(arguments: dict, word: str) -> None:
    with pytest.raises(InputError, match=word):
        patient(**arguments)
