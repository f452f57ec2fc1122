"""Where patches lie: functions of seed, step and index, in the shares that were asked for."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.learning.patches import prepare
from atlas_lab.learning.patches.randomness import generator_of, rng_of
from atlas_lab.learning.patches.sampling import Sampler
from tests.learning.patches.tiny import CLASSES, tiny_case

SIZE = (5, 5, 5)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    cases = [tiny_case("a"), tiny_case("b", seed=1, without=["spleen", "liver_tumor"]), tiny_case("c", without=CLASSES)]
    return prepare(cases, CLASSES, folder=tmp_path_factory.mktemp("prepared"), progress=False)


def drawn(cases, steps, **arguments):
    sampler = Sampler(cases, SIZE, seed=0, per_step=2, **arguments)
    return [sampler.place(step, index) for step in range(steps) for index in range(2)]


def labels_at(cases, place):
    return int(cases[place.case].bits[tuple(start + 2 for start in place.start)])


def test_a_place_is_a_function_of_seed_step_and_index(prepared):
    one, other = (Sampler(prepared, SIZE, seed=4, per_step=2) for _ in range(2))
    forward = [one.place(step, 1) for step in range(20)]
    assert [other.place(step, 1) for step in reversed(range(20))] == forward[::-1]
    assert len(set(forward)) == 20
    assert Sampler(prepared, SIZE, seed=5, per_step=2).place(0, 1) != forward[0]


def test_each_case_is_seen_equally_often(prepared):
    assert np.bincount([place.case for place in drawn(prepared, 30)]).tolist() == [20, 20, 20]


def test_two_patches_of_three_are_centred_on_a_label(prepared):
    labelled = [labels_at(prepared, place) > 0 for place in drawn(prepared[:2], 600)]
    assert np.mean(labelled) == pytest.approx(2 / 3, abs=0.04)  # three standard errors of 1,200 draws
    assert all(labels_at(prepared, place) == 0 for place in drawn(prepared[:2], 20, positive=0))
    assert all(labels_at(prepared, place) > 0 for place in drawn(prepared[:2], 20, positive=1))


def test_without_a_label_the_rest_of_the_body_is_sampled(prepared):
    assert all(labels_at(prepared[2:], place) == 0 for place in drawn(prepared[2:], 20, positive=1))


def test_balanced_classes_are_centred_equally_often_however_small_and_rare(prepared, monkeypatch):
    asked = []
    real = type(prepared[0]).points
    monkeypatch.setattr(type(prepared[0]), "points", lambda self, part: (asked.append((self.id, part)), real(self, part))[1])
    drawn(prepared, 450, positive=1, balanced=True)
    parts = np.bincount([part for _, part in asked], minlength=4) / len(asked)
    assert parts == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.05)
    assert {id for id, part in asked if part == CLASSES.index("spleen")} == {"a"}
    assert {id for id, part in asked if part == CLASSES.index("liver")} == {"a", "b"}


def test_balance_needs_a_labelled_voxel(prepared):
    with pytest.raises(InputError, match="no prepared case holds a voxel"):
        Sampler(prepared[2:], SIZE, seed=0, per_step=1, balanced=True)


def test_patches_stay_inside_where_they_fit_and_lie_around_a_smaller_volume(prepared):
    sampler = Sampler(prepared, (12, 36, 50), seed=0, per_step=1)
    starts = np.array([sampler.place(step, 0).start for step in range(60)])
    assert starts[:, 0].min() >= 0
    assert starts[:, 0].max() <= 40 - 12
    assert len(np.unique(starts[:, 0])) > 5
    assert (starts[:, 1] == 0).all()
    assert (starts[:, 2] == (32 - 50) // 2).all()


def test_zeros_at_the_end_are_other_places():
    draws = {rng_of("place", *numbers).random() for numbers in [(1,), (1, 0), (1, 0, 0), (0, 1)]} | {rng_of("order", 1).random()}
    assert len(draws) == 5
    assert generator_of(0, 1).initial_seed() != generator_of(0, 1, rank=1).initial_seed()


@pytest.mark.parametrize("seed", [-1, 1.5, True])
def test_a_seed_is_a_whole_number(seed, prepared):
    with pytest.raises(InputError, match="seed="):
        Sampler(prepared, SIZE, seed=seed, per_step=1)
