"""The debate runs on an atlas of one's own, keeps its patients apart, and goes on where it stopped."""

import numpy as np
import pytest
import torch

from atlas_lab.data import Atlas
from atlas_lab.errors import InputError
from atlas_lab.lessons.debate import Cohort, Setting, debate
from atlas_lab.lessons.debate.cohort import with_masks_of_others
from tests.learning.patches.tiny import boxed, tiny_case

SETTING = Setting(
    cts=3, shots=2, test=2, pretrain_steps=2, finetune_steps=2, spacing_mm=1.5, patch=16, batch_size=2, precision="32-true",
    accelerator="cpu",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Thirty patients of one hospital and five of another, who have a colon too."""
    root = tmp_path_factory.mktemp("atlas")
    for number in range(35):
        case = tiny_case(
            f"BDMAP_{number + 1:08d}", shape=(24, 24, 24), seed=number, without=() if number >= 30 else ("liver_tumor",)
        )
        if number >= 30:
            case.labels["colon"] = boxed((24, 24, 24), (14, 19), (5, 10), (5, 15))
        case.meta["site"] = "there" if number >= 30 else "here"
        case.save(root)
    return root


@pytest.fixture(scope="module")
def cohort(folder):
    torch.set_num_threads(1)
    return Cohort.of(SETTING, str(folder))


def test_pre_training_fine_tuning_and_test_share_no_patient_and_no_structure(cohort):
    draw = cohort.draw(0, SETTING)
    before = cohort.fingerprints(draw.before, cohort.unlabelled)
    shots, tests = (cohort.fingerprints(ids, cohort.target) for ids in (draw.shots, cohort.tests))
    assert (len(before), len(shots), len(tests)) == (30, 2, 2)
    assert len(before | shots | tests) == 34
    assert not set(cohort.labelled.classes) & set(cohort.target.classes)
    assert (cohort.new, cohort.lesions) == (("colon",), ("liver_tumor",))
    assert cohort.draw(1, SETTING).shots != draw.shots or cohort.draw(1, SETTING).before != draw.before
    assert cohort.draw(0, SETTING) == draw


def test_masks_of_others_are_other_masks_on_the_same_ct(folder):
    cases = Atlas.open(folder)[:3]
    given = list(cases)
    swapped = with_masks_of_others(cases)
    for number, case in enumerate(swapped):
        assert np.array_equal(case.ct.array, given[number].ct.array)
        assert np.array_equal(case.labels["liver"], given[(number + 1) % 3].labels["liver"])


def test_a_stopped_debate_goes_on_and_gives_what_an_undisturbed_one_gives(cohort, tmp_path):
    arms = SETTING.arms()
    whole = debate(cohort, SETTING, arms, [0], tmp_path / "whole")
    assert set(whole["arm"]) == {str(arm) for arm in arms}
    debate(cohort, SETTING, arms[:3], [0], tmp_path / "parts")
    kept = (tmp_path / "parts" / "seed0").glob("*.json")
    before = {path: path.stat().st_mtime_ns for path in kept}
    parts = debate(cohort, SETTING, arms, [0], tmp_path / "parts")
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())
    columns = ["arm", "structure", "case", "dsc", "steps", "steps_before", "cts"]
    assert whole[columns].equals(parts[columns])
    longer = whole[whole["arm"] == "scratch, both budgets"]["steps"].unique().tolist()
    assert longer == [4]
    supervised = whole[whole["arm"] == "supervised on 3"].iloc[0]
    assert supervised["annotated_minutes"] == 3 * 3 * 60  # CTs x structures x minutes


def test_another_setting_does_not_mix_with_what_is_in_the_folder(cohort, tmp_path):
    debate(cohort, SETTING, [], [0], tmp_path)
    with pytest.raises(InputError, match="another setting"):
        debate(cohort, Setting(), [], [0], tmp_path)


def test_what_an_atlas_lacks_is_named(folder, tmp_path):
    with pytest.raises(InputError, match="pre-training has 30 cases, this debate needs 120; lower cts"):
        Cohort.of(Setting(), str(folder))
    alone = tmp_path / "alone"
    for number in range(3):
        case = tiny_case(f"BDMAP_{number + 1:08d}", shape=(24, 24, 24), seed=number)
        case.meta["site"] = "here"
        case.save(alone)
    with pytest.raises(InputError, match=r"one site \(here\); the debate needs two or more"):
        Cohort.of(SETTING, str(alone))
