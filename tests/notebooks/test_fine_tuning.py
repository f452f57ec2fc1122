"""The debate as a function: on phantoms it cannot decide, on a real CT it speaks of agreement, and it goes on where it was."""

import json

import nbformat
import pandas as pd
import pytest

from atlas_lab.lessons.debate import Setting
from atlas_lab.pipelines import size_parameters
from tests.notebooks.commands import atlas_lab


def metrics(run):
    return json.loads((run / "manifest.json").read_text())["metrics"]


def said(run):
    """Everything that the executed notebook printed."""
    cells = nbformat.read(run / "fine_tuning.ipynb", as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


@pytest.mark.slow
@pytest.mark.real
def test_a_small_run_decides_nothing_and_of_a_real_ct_it_reports_agreement(real_data, tmp_path):
    scan, kept = real_data / "cases" / "TS_ABD_0001", tmp_path / "kept"
    given = ["-p", f"real={scan}", "-p", f"trainings={kept}"]
    done = atlas_lab("run", "fine_tuning", "--size", "ci", *given, "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    found, words = metrics(tmp_path / "run"), said(tmp_path / "run")
    assert "too small to decide" in words
    assert "is too small to decide." in words  # of supervised pre-training
    assert "too few patients to decide" in words
    assert "agreement with the masks in the folder, whoever made them" in words
    assert found["structures: supervised on 3 minus scratch"]["n"] == 1
    assert {"sensitivity, PDAC", "sensitivity, PNET", "sensitivity, cyst", "specificity, controls"} <= set(found)
    assert all(entry.get("claim") is None for entry in found.values())  # two arms and one seed answer nothing
    judged = pd.read_csv(tmp_path / "run" / "debate.csv")
    assert set(judged["arm"]) == {"scratch", "supervised on 3"}
    assert set(pd.read_csv(tmp_path / "run" / "lesions.csv")["start"]) == {"scratch", "organs first"}
    assert {path.name for path in (kept / "seed0").glob("*.tuned")}


@pytest.mark.slow
def test_arms_that_nobody_knows_are_refused_in_one_line(tmp_path):
    done = atlas_lab("run", "fine_tuning", "--size", "ci", "-p", "arms=three", "-o", tmp_path / "run")
    assert done.returncode == 1
    assert "arms='three': choose two or all" in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_study_small_is_every_arm_of_the_debates_own_setting_with_ten_seeds():
    given = size_parameters("study-small")["fine_tuning"]
    same = {name: given[name] for name in ("cts", "shots", "test", "pretrain_steps", "finetune_steps", "size", "spacing_mm")}
    same |= {name: given[name] for name in ("patch", "batch_size", "learning_rate")}
    assert Setting(tasks=tuple(given["tasks"]), backbone=given["network"], **same) == Setting()
    assert (given["arms"], given["seeds"]) == ("all", 10)


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path):
    done = atlas_lab("run", "fine_tuning", "-p", "shot=2", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "did you mean 'shots'?" in done.stderr
    assert not (tmp_path / "run").exists()
