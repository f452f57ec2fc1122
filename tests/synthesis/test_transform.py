"""Synthesis as a transform of the trainer."""

import pickle

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.learning import Model, Plan, Supervised, backbone, finetune, prepare
from atlas_lab.synthesis import Handcrafted, TumourTransform
from tests.synthesis.blobs import Blob
from tests.synthesis.cases import SPACING, ball, by_hand

PATCH = (slice(48, 112), slice(0, 64), slice(0, 48))


def patch():
    case = by_hand()
    return case.ct.array[PATCH].copy(), {name: case.labels[name][PATCH] for name in ("liver", "hepatic_vessel")}


def test_a_patch_gets_tumours_in_its_organ():
    hu, masks = patch()
    new, changed = TumourTransform("liver", Blob(), "tiny", probability=1.0)(hu.copy(), masks, SPACING, np.random.default_rng(0))
    ill = changed["liver_tumor"]
    assert set(changed) == {"liver_tumor"}
    assert ill.any()
    assert not (ill & ~masks["liver"]).any()
    assert not ((new != hu) & ~ill).any()


def test_the_same_generator_gives_the_same_patch_and_it_travels_to_a_worker():
    hu, masks = patch()
    transform = TumourTransform("liver", Blob(), "early")
    again = pickle.loads(pickle.dumps(transform))
    one, two = (t(hu.copy(), masks, SPACING, np.random.default_rng(3))[0] for t in (transform, again))
    assert np.array_equal(one, two)
    other = transform(hu.copy(), masks, SPACING, np.random.default_rng(4))[0]
    assert not np.array_equal(one, other)


def test_without_a_tumour_the_answer_is_none_here():
    hu, masks = patch()
    new, changed = TumourTransform("liver", Blob(), probability=0.0)(hu.copy(), masks, SPACING, np.random.default_rng(0))
    assert np.array_equal(new, hu)
    assert not changed["liver_tumor"].any()


def test_a_share_of_the_patches_gets_tumours():
    hu, masks = patch()
    transform = TumourTransform("liver", Blob(), "tiny", probability=0.5)
    ill = [transform(hu.copy(), masks, SPACING, np.random.default_rng(n))[1]["liver_tumor"].any() for n in range(200)]
    assert 70 < sum(ill) < 130


@pytest.mark.parametrize("masks", [{}, {"spleen": np.ones((64, 64, 48), bool)}])
def test_a_patch_whose_organ_nobody_annotated_stays_unknown(masks):
    hu, _ = patch()
    new, changed = TumourTransform("liver", Blob())(hu, masks, SPACING, np.random.default_rng(0))
    assert new is hu
    assert changed == {}


def test_a_real_tumour_is_left_alone():
    hu, masks = patch()
    masks["liver_tumor"] = ball(hu.shape, (30, 32, 24), 4)
    new, changed = TumourTransform("liver", Blob(), probability=1.0)(hu.copy(), masks, SPACING, np.random.default_rng(0))
    assert np.array_equal(new, hu)
    assert changed == {}


def test_a_sliver_of_an_organ_is_no_error():
    hu, masks = patch()
    masks["liver"] = np.zeros(hu.shape, bool)
    masks["liver"][30, 30, 20:23] = True
    new, changed = TumourTransform("liver", Blob(), "large", probability=1.0)(hu.copy(), masks, SPACING, np.random.default_rng(0))
    assert np.array_equal(new, hu)
    assert not changed["liver_tumor"].any()


def test_a_small_part_of_an_organ_gets_a_small_part_of_its_tumours():
    hu, masks = patch()
    part = masks["liver"] & (np.indices(hu.shape)[0] < 24)
    transform = TumourTransform("liver", Blob(), "tiny", probability=1.0)

    def number(organ):
        seeds = range(40)
        found = [transform(hu.copy(), {"liver": organ}, SPACING, np.random.default_rng(n))[1]["liver_tumor"].sum() for n in seeds]
        return np.mean(found)

    assert number(part) < number(masks["liver"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"organ": "livr"}, {"method": "hand"}, {"size": "tinny"}, {"probability": 2}, {"probability": "x"}, {"phase": "venous"},
        {"count": 0}, {"count": 2.7}, {"count": "3"}, {"count": True},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_said_before_training(wrong):
    with pytest.raises(InputError):
        TumourTransform(**({"organ": "liver", "method": Blob()} | wrong))


def test_all_masks_move_with_the_tissue_so_that_a_tumour_stays_in_its_organ():
    hu, masks = patch()
    masks["spleen"] = np.zeros(hu.shape, bool)
    before = {name: mask.copy() for name, mask in masks.items()}
    transform = TumourTransform("liver", Handcrafted(mass_effect=True), 24.0, count=1, probability=1.0)
    new, changed = transform(hu.copy(), masks, SPACING, np.random.default_rng(1))
    assert set(changed) == {"liver", "hepatic_vessel", "spleen", "liver_tumor"}
    assert not np.array_equal(changed["liver"] | changed["liver_tumor"], before["liver"])
    assert (changed["liver_tumor"] & changed["liver"]).sum() > 0.98 * changed["liver_tumor"].sum()
    bright = changed["hepatic_vessel"] & ~changed["liver_tumor"]
    assert new[bright].mean() > 140  # the vessel's HU are where its mask went
    assert all(np.array_equal(masks[name], before[name]) for name in masks)


@pytest.mark.parametrize(
    ("organ", "classes", "lacking"),
    [
        ("liver", ["liver", "spleen"], "lack liver_tumor,"),
        ("liver", ["liver_tumor"], "lack liver,"),
        ("kidney", ["liver"], "lack kidney_left or kidney_right and kidney_tumor,"),
    ],
)
def test_a_training_whose_classes_hold_no_such_tumour_is_refused_before_its_first_step(organ, classes, lacking, tmp_path):
    none = np.zeros((112, 64, 48), bool)
    cases = prepare([by_hand(liver_tumor=none)], classes, spacing_mm=2, folder=tmp_path, progress=False)
    with pytest.raises(InputError, match=lacking) as error:
        Supervised(
            backbone("unet", classes=len(classes), size="tiny"), cases, patch=32, transforms=[TumourTransform(organ, Blob())]
        )
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_network_learns_tumours_in_cases_that_nobody_annotated_for_any(tmp_path):
    small = {"backbone": "unet", "size": "tiny", "patch": 32, "spacing_mm": 2, "plan": Plan(steps=1)}
    tumours = TumourTransform("liver", Blob(), "tiny", probability=1.0)
    made = finetune([by_hand()], classes=["liver", "liver_tumor"], folder=tmp_path, transforms=[tumours], **small)
    assert Model.open(made.checkpoint).classes == ("liver", "liver_tumor")
    with pytest.raises(InputError, match="no case is annotated for 'liver_tumor'"):
        finetune([by_hand()], classes=["liver", "liver_tumor"], folder=tmp_path / "none", **small)


def test_one_side_of_a_pair_and_its_tumours_will_do():
    TumourTransform("kidney").check_classes(["kidney_left", "kidney_tumor"])
