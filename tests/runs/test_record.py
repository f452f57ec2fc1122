"""`record` puts numbers and pictures into the run's manifest, and refuses what would be nonsense there."""

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from atlas_lab.errors import InputError
from atlas_lab.runs import Run, record


@pytest.fixture
def run(tmp_path, monkeypatch):
    run = Run.start(tmp_path / "run", "step", {})
    monkeypatch.setenv("ATLAS_LAB_RUN", str(run.folder))
    return run


def test_a_metric_arrives_with_all_that_was_said_about_it(run):
    record("dice.liver", 0.91, ci=(0.9, 0.92), n=8, unit="", claim="organs")
    record("distance", np.float32(1.5), unit="mm")
    record("cases", np.array([3]).sum())
    run.finish("done")
    assert run.metrics["dice.liver"] == {"value": 0.91, "ci": [0.9, 0.92], "n": 8, "unit": "", "claim": "organs"}
    assert run.metrics["distance"] == {"value": 1.5, "ci": None, "n": None, "unit": "mm", "claim": None}
    assert run.metrics["cases"]["value"] == 3


def test_the_last_value_of_a_name_counts(run):
    record("dice", 0.1)
    record("dice", 0.2)
    run.finish("done")
    assert run.metrics["dice"]["value"] == 0.2


def test_a_figure_becomes_a_png_in_the_run(run):
    figure = Figure()
    figure.subplots().plot([1, 2])
    for name in ("overview", "all organs", "all_organs"):
        record(name, figure, claim="organs")
    run.finish("done")
    paths = [entry["path"] for entry in run.manifest["figures"].values()]
    assert len(set(paths)) == 3
    assert run.manifest["figures"]["overview"] == {"path": "figures/overview.png", "claim": "organs"}
    assert all((run.folder / path).read_bytes().startswith(b"\x89PNG") for path in paths)
    assert run.manifest["artefacts"] == {}
    assert run.metrics == {}


def test_outside_a_run_it_checks_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv("ATLAS_LAB_RUN", raising=False)
    monkeypatch.chdir(tmp_path)
    record("dice", 0.9)
    record("picture", Figure())
    with pytest.raises(InputError):
        record("dice", math.nan)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"value": math.nan}, "only finite"),
        ({"value": math.inf}, "only finite"),
        ({"value": "0.9"}, "not a number"),
        ({"value": None}, "not a number"),
        ({"value": 1j}, "not a number"),
        ({"value": np.array([1, 2])}, "several values"),
        ({"value": 1, "ci": (2, 1)}, "low end above"),
        ({"value": 1, "ci": (0, math.inf)}, "only finite"),
        ({"value": 1, "ci": (0, 1, 2)}, "not a pair"),
        ({"value": 1, "ci": 0.5}, "not a pair"),
        ({"value": 1, "n": -1}, "number of observations"),
        ({"value": 1, "n": 2.5}, "number of observations"),
        ({"value": 1, "unit": 3}, "unit"),
        ({"value": 1, "claim": ""}, "claim"),
        ({"value": Figure(), "n": 3}, "a figure takes no"),
    ],
)
def test_nonsense_is_refused_by_name(run, arguments, message):
    with pytest.raises(InputError, match=message) as refusal:
        record("dice", **arguments)
    assert "'dice'" in str(refusal.value)
    assert not (run.folder / "records.jsonl").exists()


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", None])
def test_a_name_is_one_line_of_text(run, name):
    with pytest.raises(InputError, match="name"):
        record(name, 1)


def test_a_run_folder_that_is_gone_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_LAB_RUN", str(tmp_path / "gone"))
    with pytest.raises(InputError, match="is gone"):
        record("dice", 1)


@given(value=st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63))
def test_every_finite_number_comes_back_as_it_was(tmp_path_factory, value):
    run = Run(tmp_path_factory.mktemp("run"), {"name": "step"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_LAB_RUN", str(run.folder))
        record("value", value)
    assert json.loads((run.folder / "records.jsonl").read_text())["value"] == value


def test_processes_that_record_at_the_same_time_do_not_mix_their_lines(run):
    code = "import sys; from atlas_lab.runs import record\nfor i in range(50): record(f'{sys.argv[1]}.{i}', i, unit='x' * 3000)"
    processes = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abcd"]
    assert [process.wait() for process in processes] == [0] * 4
    run.finish("done")
    assert len(run.metrics) == 200
