"""The lesson as a function: a small run decides nothing; of a real CT without tumours it says what cannot be judged."""

import json

import nbformat
import pandas as pd
import pytest

from tests.notebooks.commands import atlas_lab


def metrics(run):
    return json.loads((run / "manifest.json").read_text())["metrics"]


def said(run):
    """Everything that the executed notebook printed."""
    cells = nbformat.read(run / "train_on_synthetic.ipynb", as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


@pytest.mark.slow
def test_a_small_run_decides_nothing_and_a_second_one_trains_nothing(tmp_path):
    kept = tmp_path / "kept"
    given = ("--size", "ci", "-p", f"trainings={kept}")
    done = atlas_lab("run", "train_on_synthetic", *given, "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    found, words = metrics(tmp_path / "run"), said(tmp_path / "run")
    assert "handcrafted, real_gap 0: " in words
    assert "handcrafted, real_gap 1: " in words
    assert words.count("too small to decide") > 5
    assert all(entry.get("claim") is None for entry in found.values())  # two arms and one seed answer nothing
    judged = pd.read_csv(tmp_path / "run" / "patients.csv")
    assert set(judged["arm"]) == {"real", "handcrafted"}
    assert set(judged["look"]) == {"real_gap 0", "real_gap 1"}
    stamps = {path: path.stat().st_mtime_ns for path in kept.rglob("*.ckpt")}
    again = atlas_lab("run", "train_on_synthetic", *given, "-o", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in kept.rglob("*.ckpt")} == stamps
    assert metrics(tmp_path / "again") == found


@pytest.mark.slow
@pytest.mark.real
def test_a_real_ct_without_tumours_shows_patches_and_says_what_cannot_be_judged(real_data, tmp_path):
    source = f"source={real_data / 'cases' / 'TS_ABD_0001'}"
    done = atlas_lab("run", "train_on_synthetic", "--size", "ci", "-p", source, "-p", "patch=32", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "What cannot be judged: DSC, sensitivity" in said(tmp_path / "run")
    assert "patches" in {path.stem for path in (tmp_path / "run" / "figures").iterdir()}
    assert metrics(tmp_path / "run") == {}  # and nothing is claimed of it


@pytest.mark.slow
def test_an_organ_that_the_case_lacks_is_named(real_data, tmp_path):
    source = f"source={tmp_path / 'nowhere'}"
    done = atlas_lab("run", "train_on_synthetic", "--size", "ci", "-p", source, "-o", tmp_path / "run")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path):
    done = atlas_lab("run", "train_on_synthetic", "-p", "step=2", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "did you mean 'steps'?" in done.stderr
    assert not (tmp_path / "run").exists()
