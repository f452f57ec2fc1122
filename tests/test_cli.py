"""The command line is thin: it says what was done on stdout, what a user can put right on one line of stderr."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from atlas_lab._version import __version__
from atlas_lab.cli import app, main
from atlas_lab.cli.lab import copy_notebooks
from atlas_lab.pipelines import notebooks

CELL = "source: str  # where from\ncases: int = 2  # patients, 1 to 8"


@pytest.fixture
def series(tmp_path, monkeypatch):
    """A series of one notebook, with a pipeline file and a hidden checkpoint beside it."""
    folder = tmp_path / "notebooks"
    (folder / "pipelines").mkdir(parents=True)
    (folder / ".ipynb_checkpoints").mkdir()
    cells = [
        {"cell_type": "markdown", "source": "# Start here"},
        {"cell_type": "code", "source": CELL, "metadata": {"tags": ["parameters"]}},
    ]
    (folder / "00_start_here.ipynb").write_text(json.dumps({"cells": cells}))
    (folder / "pipelines" / "quick.yaml").write_text("start_here: {cases: 2}")
    (folder / ".ipynb_checkpoints" / "00_start_here-checkpoint.ipynb").write_text("{}")
    monkeypatch.setattr(notebooks, "_PACKAGE", tmp_path / "atlas_lab")
    return folder


def call(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(capsys, monkeypatch, *arguments: object) -> tuple[int, str]:
    """The exit status and the one line on stderr."""
    monkeypatch.setattr(sys, "argv", ["atlas-lab", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("atlas-lab: error: ")
    return stop.value.code, line.removeprefix("atlas-lab: error: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "start_here", "--foo"], "No such option: --foo"),
        (["phantom", "x", "--cases", "0"], "'--cases'"),
        (["nope"], "No such command 'nope'"),
        (["run"], "Missing argument"),
    ],
)
def test_a_mistyped_command_is_one_line_and_exit_status_2(capsys, monkeypatch, arguments, said):
    status, line = refusal(capsys, monkeypatch, *arguments)
    assert status == 2
    assert said in line


def test_a_warning_is_one_line(tmp_path):
    call("phantom", tmp_path / "atlas", "--cases", 2, "--shape", "16,16,16", "--spacing", 20)
    (tmp_path / "atlas" / "BDMAP_00000002" / "ct.nii.gz").write_bytes(b"broken")
    command = [sys.executable, "-m", "atlas_lab.cli", "index", str(tmp_path / "atlas")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (line,) = done.stderr.splitlines()
    assert line.startswith("atlas-lab: warning: 1 of 2 cases cannot be read")


def test_the_version_is_said_without_loading_anything_heavy():
    code = """
import sys
from atlas_lab.cli import main
sys.argv = ["atlas-lab", "--version"]
try:
    main()
except SystemExit as stop:
    heavy = [name for name in ("numpy", "pandas", "papermill", "jupyter_client", "torch") if name in sys.modules]
    print(stop.code, heavy)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{__version__}\n0 []\n"


def test_the_module_runs_as_a_program():
    done = subprocess.run([sys.executable, "-m", "atlas_lab.cli", "--help"], capture_output=True, text=True, check=True)
    assert all(
        name in done.stdout for name in ("list", "run", "pipeline", "report", "phantom", "index", "download", "lab", "doctor")
    )


def test_list_shows_each_notebook_with_its_parameters(series):
    assert call("list").splitlines() == [
        "00 start_here            Start here",
        "     source: str (required)  where from",
        "     cases: int = 2          patients, 1 to 8",
    ]


def test_list_says_what_a_notebook_leaves_for_others():
    assert "     leaves measures.csv, cohort.csv" in call("list").splitlines()


def test_an_unknown_notebook_is_one_line(series, capsys, monkeypatch):
    status, line = refusal(capsys, monkeypatch, "run", "start_her")
    assert status == 1
    assert line == "unknown notebook 'start_her': did you mean 'start_here'? there are start_here"


def test_an_unknown_option_exits_with_2():
    done = subprocess.run([sys.executable, "-m", "atlas_lab.cli", "run", "x", "--nope"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "--nope" in done.stderr


def test_phantom_then_index(tmp_path):
    folder = tmp_path / "atlas"
    made = call("phantom", folder, "--cases", 1, "--shape", "48,48,40", "--spacing", 8, "--seed", 1)
    assert made.splitlines()[-1] == f"1 case in {folder}"
    assert (folder / "BDMAP_00000001" / "ct.nii.gz").exists()
    listing = call("index", folder)
    assert re.search(r"^  liver +1$", listing, re.MULTILINE)
    assert re.search(r"^1 case, \d+ structures, indexed in \d+\.\d s$", listing, re.MULTILINE)


@pytest.mark.parametrize("shape", ["128", "1,2", "1,2,3,4", "a,b,c", "0,1,2", "1,,2,3", "-1,2,3"])
def test_a_shape_is_three_numbers_of_voxels(tmp_path, capsys, monkeypatch, shape):
    status, line = refusal(capsys, monkeypatch, "phantom", tmp_path / "x", f"--shape={shape}")
    assert status == 2
    assert line == f"--shape {shape}: write three numbers of voxels, such as 128,128,96"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("spacing", ["0", "-1", "nan"])
def test_a_spacing_is_a_length(tmp_path, capsys, monkeypatch, spacing):
    assert refusal(capsys, monkeypatch, "phantom", tmp_path / "x", f"--spacing={spacing}")[0] == 2


def test_indexing_a_folder_without_cases_is_one_line(tmp_path, capsys, monkeypatch):
    status, line = refusal(capsys, monkeypatch, "index", tmp_path)
    assert status == 1
    assert str(tmp_path) in line


def test_lab_copies_the_notebooks_and_never_overwrites_a_changed_one(series, tmp_path):
    target = tmp_path / "copy"
    assert call("lab", target, "--copy-only") == f"notebooks: {target}\n"
    copied = sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file())
    assert copied == ["00_start_here.ipynb", "pipelines/quick.yaml"]
    (target / "00_start_here.ipynb").write_text("my work")
    (target / "pipelines" / "quick.yaml").unlink()
    assert call("lab", target, "--copy-only") == f"kept your 00_start_here.ipynb\nnotebooks: {target}\n"
    assert (target / "00_start_here.ipynb").read_text() == "my work"
    assert (target / "pipelines" / "quick.yaml").exists()
    assert copy_notebooks(series, target) == ["00_start_here.ipynb"]


def test_lab_starts_jupyterlab_on_the_copy_with_this_python(series, tmp_path, monkeypatch):
    said = tmp_path / "said.json"
    fake = tmp_path / "modules" / "jupyterlab.py"
    fake.parent.mkdir()
    fake.write_text(f"""
import json, sys
from jupyter_client.kernelspec import KernelSpecManager
spec = KernelSpecManager().get_kernel_spec("python3")
json.dump([sys.executable, sys.argv[1:], spec.argv], open({str(said)!r}, "w"))
sys.exit(7)
""")
    broken = tmp_path / "jupyter" / "kernels" / "python3"
    broken.mkdir(parents=True)
    (broken / "kernel.json").write_text(json.dumps({"argv": ["/nonexistent"], "display_name": "", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("PYTHONPATH", str(fake.parent))
    result = CliRunner().invoke(app, ["lab", str(tmp_path / "copy"), "--no-browser", "--", "--port", "9999"])
    assert result.exit_code == 7
    python, arguments, kernel = json.loads(said.read_text())
    assert os.path.samefile(python, sys.executable)
    assert arguments == [str(tmp_path / "copy"), "--no-browser", "--port", "9999"]
    assert os.path.samefile(kernel[0], sys.executable)


def test_doctor_says_what_works_and_how_to_get_the_rest(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "cache" / "deep"))
    monkeypatch.setenv("ATLAS_LAB_TEST_DATA", str(tmp_path))
    report = call("doctor")
    assert re.search(r"^ok +core packages", report, re.MULTILINE)
    assert re.search(r"^ok +torch +\d", report, re.MULTILINE)
    assert str(tmp_path / "cache" / "deep") in report
    assert re.search(rf"^ok +real test data +{re.escape(str(tmp_path))}$", report, re.MULTILINE)
    for line in report.splitlines():
        assert line.split()[0] in {"ok", "off", "low"} or re.search("install|ATLAS_LAB", line), line


def test_doctor_fails_when_a_core_package_is_missing(monkeypatch):
    from atlas_lab.cli import doctor

    monkeypatch.setattr(doctor, "requirements", lambda extra=None: [] if extra else ["numpy", "no-such-package"])
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert re.search(r"^missing +no-such-package +pip install no-such-package$", result.output, re.MULTILINE)


def test_doctor_survives_a_machine_with_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ATLAS_LAB_CACHE", "off")
    monkeypatch.delenv("ATLAS_LAB_TEST_DATA", raising=False)
    report = call("doctor")
    assert re.search(r"^missing +browser for tests", report, re.MULTILINE)
    assert re.search(r"^off +cache", report, re.MULTILINE)
    assert re.search(r"^missing +real test data +set ATLAS_LAB_TEST_DATA", report, re.MULTILINE)
