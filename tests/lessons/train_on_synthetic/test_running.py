"""Arms: the same people judge all of them, what is trained once is not trained again, a stored set has what it says."""

import dataclasses

import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import Arm, Setting, arms_of, run_arms
from atlas_lab.lessons.train_on_synthetic.setting import MIXTURES
from atlas_lab.lessons.train_on_synthetic.trainings import training_of, trainings_of
from atlas_lab.synthesis.handcrafted import Handcrafted

ARMS = (Arm("real"), Arm("handcrafted"), Arm("spheres"), Arm("handcrafted", real=0.5))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("arms")


@pytest.fixture(scope="module")
def results(cohort, setting, folder):
    return run_arms(cohort, setting, ARMS, [0], folder)


def test_the_same_patients_judge_every_arm(results, cohort):
    assert set(results.patients["arm"]) == {str(arm) for arm in ARMS}
    assert all(set(rows["case"]) == set(cohort.tests["real"].ids) for _, rows in results.patients.groupby("arm"))
    truths = results.lesions[results.lesions["kind"] == "truth"].groupby("arm")["diameter_mm"].apply(tuple)
    assert truths.nunique() == 1
    assert (results.lesions[results.lesions["kind"] == "mimic"].groupby("arm").size() == 2).all()


def test_a_second_time_nothing_is_trained_and_the_results_are_the_same(results, cohort, setting, folder):
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.ckpt")}
    again = run_arms(cohort, setting, ARMS, [0], folder)
    pd.testing.assert_frame_equal(again.patients, results.patients)
    pd.testing.assert_frame_equal(again.lesions, results.lesions)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.ckpt")} == stamps


@pytest.mark.slow
def test_side_by_side_the_same_networks_are_trained(results, cohort, setting, tmp_path):
    beside = run_arms(cohort, setting, ARMS[:2], [0], tmp_path, workers=2)
    alone = results.patients[results.patients["arm"].isin(map(str, ARMS[:2]))]
    pd.testing.assert_frame_equal(beside.patients, alone.reset_index(drop=True))


def test_an_arm_is_trained_once_for_all_looks_unless_it_is_shown_real_tumours(cohort, setting, tmp_path):
    two = dataclasses.replace(
        cohort, real=dict.fromkeys(("a", "b"), cohort.real["real"]), tests=dict.fromkeys(("a", "b"), cohort.tests["real"])
    )
    planned = trainings_of(two, setting, ARMS, [0, 1], tmp_path)
    looks = [(str(one.arm), one.looks) for one in planned if one.seed == 1]
    assert [shown for arm, shown in looks if arm == "real"] == [("a",), ("b",)]
    assert [shown for arm, shown in looks if arm == "handcrafted"] == [("a", "b")]
    assert len({one.id for one in planned}) == len(planned) == 2 * 6
    assert not any(one.done for one in planned)


def test_a_folder_of_other_methods_or_pieces_is_refused(cohort, setting, tmp_path):
    dark, bright = ({"handcrafted": Handcrafted(contrast=hu)} for hu in (-40.0, 40.0))
    trainings_of(cohort, setting, ARMS, [0], tmp_path, methods=dark)
    trainings_of(cohort, setting, ARMS, [0], tmp_path, methods=dark)
    with pytest.raises(InputError, match="another setting"):
        trainings_of(cohort, setting, ARMS, [0], tmp_path, methods=bright)


def test_a_training_that_fails_is_named(cohort, setting, tmp_path):
    with pytest.raises(InputError, match=r"1 of 2 cases failed, the first is moved real .*needs tumours of another organ"):
        run_arms(cohort, setting, [Arm("none"), Arm("moved")], [0], tmp_path)


def test_a_folder_of_another_setting_is_refused(results, cohort, folder):
    other = Setting(train=2, test=2, steps=2, spacing_mm=4.0, patch=16)
    with pytest.raises(InputError, match="another setting"):
        run_arms(cohort, other, ARMS, [0], folder)


def test_an_arm_that_was_not_run_is_named(results):
    with pytest.raises(InputError, match="no arm 'none' on real; there are real, handcrafted"):
        results.of("none", "real")


def test_a_mixture_has_as_many_cts_of_as_many_people(cohort, setting, tmp_path):
    cases, transform = training_of(cohort, setting, Arm("handcrafted", real=0.5), "real", tmp_path)
    assert len(cases) == len(cohort.healthy) == len(cohort.people(cases))
    assert cases.known[:, 1].tolist() == [True, False]
    assert transform is not None


def test_no_synthetic_arm_is_shown_a_real_tumour(cohort, setting, tmp_path):
    for arm in (Arm("handcrafted"), Arm("spheres"), Arm("none")):
        cases, _ = training_of(cohort, setting, arm, "real", tmp_path)
        assert cases.ids == cohort.healthy.ids
        assert not arm.knows_real


@pytest.mark.parametrize(("count", "copies"), [(1, 1), (4, 2)])
def test_a_stored_set_has_so_many_tumours_a_case_at_most_three_in_a_copy(count, copies, cohort, setting, tmp_path):
    cases, transform = training_of(cohort, setting, Arm("handcrafted", stored=count), "real", tmp_path)
    assert transform is None
    assert len(cases) == copies * len(cohort.healthy)
    assert cases.known.all()
    assert all(case.count(1) > 0 for case in cases)
    assert len(list((tmp_path / "cases").glob("*/ct.nii.gz"))) == len(cases)


def test_arms_are_named_after_what_they_see():
    assert [str(arm) for arm in arms_of("two", ("automaton",))] == ["real", "automaton"]
    every = [str(arm) for arm in arms_of("all", ("handcrafted", "automaton"))]
    assert every[:3] == ["real", "handcrafted", "automaton"]
    assert every[-2:] == ["spheres", "none"]
    assert "real : handcrafted 1:9" in every
    assert len(every) == len(set(every)) == 3 + len(MIXTURES) + 2
    assert str(Arm("handcrafted", stored=3)) == "handcrafted, 3 stored"


@pytest.mark.parametrize(
    ("which", "methods", "said"),
    [
        ("three", ("handcrafted",), "choose two or all"),
        ("two", ("handcraft",), "did you mean 'handcrafted'"),
        ("two", (), "give one or more of handcrafted, automaton, diffusion"),
    ],
)
def test_arms_that_nobody_knows_are_refused(which, methods, said):
    with pytest.raises(InputError, match=said):
        arms_of(which, methods)


def test_moving_without_pieces_is_refused(cohort, setting, tmp_path):
    with pytest.raises(InputError, match="pieces"):
        training_of(cohort, setting, Arm("moved"), "real", tmp_path)
