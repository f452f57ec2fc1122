"""A notebook is a function: typed parameters in, a run folder out, whatever happens on the way."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from atlas_lab.errors import InputError
from atlas_lab.pipelines import Notebook, run_notebook


@pytest.fixture(scope="module")
def finished(tiny, atlas_lab, tmp_path_factory):
    """One run, on a machine whose kernelspec `python3` is broken and whose home cannot be written."""
    here = tmp_path_factory.mktemp("here")
    kernel = here / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": ["/nonexistent"], "display_name": "Broken", "language": "python"}))
    (here / "values.yaml").write_text("cases: 7\nlearning_rate: 2e-4\nshape: [3, 4]\nquick: yes\n")
    (here / "scans").mkdir()
    (here / "scans" / "ct.nii").write_text("voxels")
    done = atlas_lab(
        *("run", tiny, "-f", "values.yaml", "-p", "cases=5", "-p", "source=scans", "-p", "organs=liver,left kidney"),
        *("-p", 'note=a "quoted" \\ note', "-o", "out"),
        cwd=here,
        JUPYTER_PATH=str(here / "jupyter"),
        HOME="/proc/nowhere",
    )
    assert done.returncode == 0, done.stderr
    return here / "out", done


def test_cells_get_typed_values(finished):
    folder, _ = finished
    values = ast.literal_eval((folder / "got.txt").read_text())
    assert values == ["scans", 5, 2e-4, (3, 4), ["liver", "left kidney"], 'a "quoted" \\ note', True]


def test_cells_run_in_the_callers_folder_with_the_callers_python(finished):
    folder, _ = finished
    where, python = json.loads((folder / "where.json").read_text())
    assert where == str(folder.parent)
    assert os.path.samefile(python, sys.executable)


def test_the_manifest_says_what_ran_and_what_came_out(finished):
    folder, _ = finished
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["name"], manifest["status"], manifest["error"]) == ("tiny", "done", None)
    assert manifest["parameters"]["cases"] == 5
    assert manifest["parameters"]["fail"] == ""
    assert manifest["inputs"].keys() == {"source"}
    assert manifest["inputs"]["source"]["files"] == 1
    assert manifest["metrics"]["dice"] == {"value": 0.9, "ci": [0.8, 0.95], "n": 5, "unit": "", "claim": "organs"}
    assert manifest["artefacts"].keys() == {"got.txt", "where.json"}
    assert 30e6 < manifest["peak_memory_bytes"] < 2e9
    assert 0.5 < manifest["seconds"] < 120
    assert manifest["device"]
    assert (folder / manifest["figures"]["a line"]["path"]).read_bytes().startswith(b"\x89PNG")


def test_the_executed_notebook_is_kept(finished):
    folder, _ = finished
    notebook = nbformat.read(folder / "tiny.ipynb", as_version=4)
    tags = [cell.metadata.get("tags") for cell in notebook.cells]
    assert tags.index(["injected-parameters"]) == tags.index(["parameters"]) + 1
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert "widgets" not in notebook.metadata


def test_the_page_loads_nothing_from_anywhere(finished):
    folder, _ = finished
    html = (folder / "tiny.html").read_text()
    page = BeautifulSoup(html, "html.parser")
    assert page.find_all(["script", "link", "iframe", "object"]) == []
    sources = [tag["src"] for tag in page.find_all(src=True)]
    assert len(sources) == 3  # the picture in the prose, and the one that was drawn, in its cell and in the summary
    assert all(source.startswith("data:image/") for source in sources)
    assert re.findall(r"url\((?!data:|[\"']data:|#)[^)]*\)|@import", html) == []
    assert page.title.string == "A tiny lesson"
    assert "it/s" not in page.get_text()


def test_the_page_gives_no_solution_away(finished):
    folder, _ = finished
    text = BeautifulSoup((folder / "tiny.html").read_text(), "html.parser").get_text()
    assert "123 * 456" not in text
    assert "56088" in text  # what it printed is there


def test_the_command_prints_the_metrics_the_time_and_the_page(finished):
    _, done = finished
    lines = done.stdout.splitlines()
    assert lines[0] == "dice: 0.9 [0.8, 0.95] (n = 5)"
    assert re.match(r"time: \d+\.\d s, peak memory \d+ MB", lines[1])
    assert lines[2] == f"report: {Path('out') / 'tiny.html'}"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["-p", "sorce=x"], "unknown parameter 'sorce': did you mean 'source'? tiny has source, cases,"),
        (["-p", "source=x", "-p", "cases=abc"], "cases: 'abc' is not a whole number; it takes int"),
        (["-p", "source=x", "-p", "shape=1,2,3"], "shape: '1,2,3' has 3 values instead of 2; it takes tuple[int, int]"),
        ([], 'tiny needs a value for source (str, "phantom" or a folder): add -p source=…'),
        (["-p", "source"], "-p source: write it as name=value"),
        (["-f", "missing.yaml"], "missing.yaml: cannot be read"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_starts(tiny, atlas_lab, tmp_path, wrong, message):
    done = atlas_lab("run", tiny, *wrong, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"atlas-lab: error: {message}")
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(tmp_path) == []


def test_a_wrong_parameter_is_refused_without_loading_what_starts_kernels(tiny):
    code = """
import sys
from atlas_lab.errors import ParameterError
from atlas_lab.pipelines import Notebook, run_notebook
try:
    run_notebook(Notebook.at(sys.argv[1]), {"sorce": "x"})
except ParameterError:
    print("jupyter_client" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, tiny], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def failed(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert manifest["metrics"]["dice"]["value"] == 0.9
    assert "dice" in (folder / "tiny.html").read_text()
    nbformat.read(folder / "tiny.ipynb", as_version=4)
    return manifest["error"]


def test_a_failing_cell_exits_with_its_traceback(tiny, atlas_lab, tmp_path):
    done = atlas_lab("run", tiny, "-p", "source=x", "-p", "fail=bug", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "----> 5     cases / 0" in done.stderr
    assert "\x1b" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(
        "atlas-lab: error: cell [6] of tiny failed: ZeroDivisionError: division by zero; see"
    )
    assert failed(tmp_path / "out") == "ZeroDivisionError: division by zero"
    assert "ZeroDivisionError" in (tmp_path / "out" / "tiny.html").read_text()


def test_an_input_error_in_a_cell_is_one_line_and_its_traceback_stays_in_the_notebook(tiny, atlas_lab, tmp_path):
    done = atlas_lab("run", tiny, "-p", "source=x", "-p", "fail=user", "-o", tmp_path / "out")
    assert done.returncode == 1
    message = "reading this file needs an optional package: pip install 'atlas-lab[dicom]'"
    assert (done.stdout, done.stderr) == ("", f"atlas-lab: error: {message}\n")
    assert failed(tmp_path / "out") == f"MissingExtra: {message}"
    assert "Traceback (most recent call last)" in (tmp_path / "out" / "tiny.html").read_text()


def test_a_kernel_that_dies_is_said_to_have_died(tiny, atlas_lab, tmp_path):
    done = atlas_lab("run", tiny, "-p", "source=x", "-p", "fail=die", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "the kernel died" in done.stderr
    assert "the kernel died" in failed(tmp_path / "out")


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "exit_status", "status"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGKILL, -signal.SIGKILL, "running")]
)
def test_a_stopped_run_leaves_a_valid_manifest_and_no_kernel(tiny, start_atlas_lab, tmp_path, number, exit_status, status):
    out = tmp_path / "out"
    process = start_atlas_lab("run", tiny, "-p", "source=x", "-p", "fail=wait", "-o", out)
    wait_for((out / "waiting").exists)
    kernels = [pid for pid in os.listdir("/proc") if pid.isdigit() and _belongs_to(pid, out)]
    assert len(kernels) == 1
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == exit_status
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["status"] == status
    executed = nbformat.read(out / "tiny.ipynb", as_version=4)
    assert executed.cells[-1].metadata.papermill.status == "running"
    if number == signal.SIGINT:
        assert errors == "atlas-lab: interrupted; what was finished is kept\n"
        assert manifest["metrics"]["dice"]["value"] == 0.9
    wait_for(lambda: not os.path.exists(f"/proc/{kernels[0]}"))


def _belongs_to(pid: str, run: Path) -> bool:
    try:
        return f"ATLAS_LAB_RUN={run}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def test_a_run_never_overwrites_an_earlier_one(tiny, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="not empty"):
        run_notebook(Notebook.at(tiny), {"source": "x"}, tmp_path)
    assert os.listdir(tmp_path) == ["manifest.json"]
