"""A run's manifest is valid JSON and true at every moment."""

import json
import os
import signal
import subprocess
import sys

import pytest

from atlas_lab._version import __version__
from atlas_lab.errors import InputError
from atlas_lab.runs import Run, device, environment, record


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_a_run_says_what_it_ran_with_and_how_it_ended(tmp_path):
    (tmp_path / "ct.nii").write_text("voxels")
    with Run.start(tmp_path / "run", "step", {"seed": 3, "shape": (1, 2)}, inputs={"ct": tmp_path / "ct.nii"}) as run:
        assert manifest(run.folder)["status"] == run.status == "running"
        (run.folder / "table.csv").write_text("a,b")
        run.finish("done", peak_memory_bytes=5)
    found = manifest(tmp_path / "run")
    assert (found["name"], found["status"], found["seed"], found["peak_memory_bytes"]) == ("step", "done", 3, 5)
    assert found["parameters"] == {"seed": 3, "shape": [1, 2]}
    assert found["inputs"]["ct"]["size"] == 6
    assert found["artefacts"].keys() == {"table.csv"}
    assert run.unchanged()
    (run.folder / "more.csv").touch()
    assert not run.unchanged()
    (run.folder / "more.csv").unlink()
    assert found["environment"]["versions"]["atlas-lab"] == __version__
    assert found["seconds"] >= 0
    assert len(found["key"]) == 64
    assert Run.open(tmp_path / "run").manifest == found


@pytest.mark.parametrize(("error", "status"), [(ValueError("bad\u20ac"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_run_that_is_left_by_an_error_says_so(tmp_path, error, status):
    with pytest.raises(type(error)), Run.start(tmp_path, "step", {}):
        raise error
    found = manifest(tmp_path)
    assert found["status"] == status
    assert found["error"] == ("ValueError: bad\u20ac" if status == "failed" else None)


def test_a_killed_process_leaves_a_valid_manifest(tmp_path):
    code = f"""
import os, signal
from atlas_lab.runs import Run, record
run = Run.start({str(tmp_path / "run")!r}, "step", {{}})
os.environ["ATLAS_LAB_RUN"] = str(run.folder)
record("dice", 0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert manifest(tmp_path / "run")["status"] == "running"
    run = Run.open(tmp_path / "run")
    run.finish("interrupted")
    assert run.metrics["dice"]["value"] == 0.5


def test_an_output_folder_with_files_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        Run.start(tmp_path, "step", {})
    with pytest.raises(InputError, match="is a file"):
        Run.start(tmp_path / "mine.txt", "step", {})
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_a_wrong_input_is_found_before_a_folder_is_made(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Run.start(tmp_path / "run", "step", {}, inputs={"ct": tmp_path / "nothing"})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", [None, "{", "\x00"])
def test_opening_what_is_not_a_run_names_the_folder(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=str(tmp_path)):
        Run.open(tmp_path)


def test_the_environment_names_every_direct_dependency_and_the_commit():
    found = environment()
    assert {"numpy", "torch", "papermill"} <= found["versions"].keys()
    assert "pytest" not in found["versions"]  # of an extra
    assert "missing" not in found["versions"].values()
    json.dumps(found)


def test_the_device_is_found_without_importing_torch():
    code = "import sys; from atlas_lab.runs import device; print(device(), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    name, imported = done.stdout.rsplit(maxsplit=1)
    assert imported == "False"
    assert name == "cpu" or name.startswith("cuda: ")
    assert device() == name


def test_a_value_recorded_by_a_process_killed_while_writing_is_left_out(tmp_path, monkeypatch):
    run = Run.start(tmp_path, "step", {})
    monkeypatch.setenv("ATLAS_LAB_RUN", str(tmp_path))
    record("dice", 0.5)
    with (tmp_path / "records.jsonl").open("a") as file:
        file.write('{"name": "nsd", "val')
    run.finish("failed")
    assert run.metrics.keys() == {"dice"}
