"""Lesion models by size: every network judges the same lesions, and what is trained once is not trained again."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.data import Atlas, Case, LabelMap, Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation import uls23_score
from atlas_lab.learning import prepare
from atlas_lab.lessons.debate import Cohort, Setting
from atlas_lab.lessons.lesions import lesion_models, lesion_volumes, pretrained, size_chart

SETTING = Setting(cts=3, shots=1, test=2, pretrain_steps=1, finetune_steps=1, spacing_mm=4.0, patch=16)
SHAPE, AFFINE = (24, 24, 24), np.diag([4.0, 4, 4, 1])


def case_of(number):
    rng = np.random.default_rng(number)
    axes = np.ogrid[tuple(slice(side) for side in SHAPE)]
    distance = sum((axis - 12) ** 2 for axis in axes)
    hu = rng.integers(0, 100, SHAPE).astype(np.int16)
    masks = {"liver": distance <= 81, "liver_tumor": distance <= 9 + number}
    return Case(f"p{number}", Volume(hu, AFFINE), LabelMap(masks, AFFINE))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    for number in range(3):
        case_of(number).save(folder)
    atlas = Atlas.open(folder)
    ready = prepare(atlas, ["liver"], spacing_mm=4.0, progress=False)
    return Cohort(atlas, ready, ready, ready, (), (), ())


@pytest.fixture(scope="module")
def volumes():
    return lesion_volumes([case_of(number) for number in range(10, 13)], spacing_mm=4.0, side=16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trainings")


@pytest.fixture(scope="module")
def results(cohort, volumes, folder):
    return lesion_models(cohort, SETTING, volumes, ["p12"], ["tiny"], folder)


def test_both_starts_judge_the_lesions_of_the_test_patients_and_no_others(results):
    assert set(results["start"]) == {"scratch", "organs first"}
    assert set(results["patient"]) == {"p12"}
    assert (results.groupby("start")["lesion"].apply(tuple).nunique()) == 1
    assert results["parameters"].nunique() == 1
    assert results["parameters"].iloc[0] > 1e5


def test_the_score_is_uls23s_without_consistency():
    from atlas_lab.lessons.lesions.by_size import _score

    truth = np.zeros((16, 16, 16), bool)
    truth[5:10, 6:10, 7:9] = True
    other = np.roll(truth, 1, axis=0)
    other[6:9, 6:12, 7] = True
    judged = uls23_score({"a": truth, "b": other}, {"a": truth, "b": truth}, (4, 4, 4))
    assert _score(judged.lesions).mean() == pytest.approx(judged.summary.loc["voxels", "score_without_consistency"])
    assert _score(judged.lesions)["a"] == 1 > _score(judged.lesions)["b"]


def test_a_second_time_nothing_is_trained_and_the_results_are_the_same(cohort, volumes, folder, results):
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.ckpt")}
    again = lesion_models(cohort, SETTING, volumes, ["p12"], ["tiny"], folder)
    pd.testing.assert_frame_equal(again, results)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.ckpt")} == stamps
    assert pretrained(cohort, SETTING, "tiny", folder).step == 1


def test_without_lesions_to_learn_from_it_stops_before_it_trains(cohort, volumes, tmp_path):
    with pytest.raises(InputError, match="0 lesions to learn from and 3 to judge by"):
        lesion_models(cohort, SETTING, volumes, ["p10", "p11", "p12"], ["tiny"], tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_chart_has_a_line_for_each_start(results):
    lines = size_chart(results).axes[0].get_legend_handles_labels()[1]
    assert lines == ["scratch", "organs first"]
