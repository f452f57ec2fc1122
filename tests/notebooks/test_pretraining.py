"""The pre-training lesson as a function: on phantoms, on a real CT, from trainings that stay, and refusing early."""

import json

import nbformat
import pytest

from atlas_lab.learning import Model
from tests.notebooks.commands import atlas_lab


def metrics(run):
    return json.loads((run / "manifest.json").read_text())["metrics"]


def said(run):
    """Everything that the executed notebook printed."""
    cells = nbformat.read(run / "pretraining.ipynb", as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


@pytest.mark.slow
@pytest.mark.real
def test_three_networks_are_trained_probed_and_tried_on_a_real_ct(real_data, tmp_path):
    real = f"real={real_data / 'cases' / 'TS_ABD_0001'}"
    done = atlas_lab("run", "pretraining", "--size", "ci", "-p", real, "-o", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = tmp_path / "run"
    found = metrics(run)
    for task in ("supervised", "models_genesis", "rubik"):
        assert found[f"steps {task}"]["value"] == 4
        assert 0 <= found[f"probe {task}: never told"]["value"] <= 100
    assert found["probe random, shuffled masks: told"]["value"] == pytest.approx(100 / 9, abs=10)
    assert found["probe random: told"]["value"] > 30  # an untrained encoder knows bright from dark
    assert found["dsc mean"]["n"] == found["dsc mean of the position prior"]["n"] == 2
    assert 0.2 < found["dsc mean of the position prior"]["value"] < 0.8
    assert found["agreement on a real CT"]["n"] > 0
    assert "does not reach a mean DSC of 0.80" in said(run)  # after four steps
    assert "too small to decide" in said(run)
    assert {path.stem for path in (run / "figures").iterdir()} >= {
        "restoration", "rubik", "models_genesis", "curves", "supervised_curves", "dsc", "worst", "features", "probe", "real",
    }  # fmt: skip
    (checkpoint,) = run.glob("trainings/*/supervised/best.ckpt")
    assert "liver" in Model.open(checkpoint).classes


@pytest.mark.slow
def test_the_supervised_model_is_what_the_lesson_scores_so_it_must_be_among_the_tasks(tmp_path):
    done = atlas_lab("run", "pretraining", "--size", "ci", "-p", "tasks=[rubik]", "-o", tmp_path / "run")
    assert done.returncode == 1
    assert "keep 'supervised' among them" in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert metrics(tmp_path / "run") == {}


@pytest.mark.slow
def test_a_real_case_that_is_not_there_is_refused_before_anything_is_trained(tmp_path):
    done = atlas_lab("run", "pretraining", "--size", "ci", "-p", f"real={tmp_path / 'nowhere'}", "-o", tmp_path / "run")
    assert done.returncode == 1
    assert str(tmp_path / "nowhere") in done.stderr
    assert not (tmp_path / "run" / "trainings").exists()


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path):
    done = atlas_lab("run", "pretraining", "-p", "minute=8", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "did you mean 'minutes'?" in done.stderr
    assert not (tmp_path / "run").exists()
