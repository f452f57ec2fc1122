"""A tiny notebook with typed parameters that shows what it got, records, draws, and fails on demand."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = """\
source: str  # "phantom" or a folder
cases: int = 2  # patients, 1 to 8
learning_rate: float = 1e-3  # per step
shape: tuple[int, int] = (1, 2)  # voxels
organs: list[str] = ["liver"]  # names
note: str | None = None  # shown
quick: bool = False  # fewer steps
fail: str = ""  # user | bug | die | wait
seed: int = 0  # of everything random
"""
USE = """\
import json, os, sys, warnings
from pathlib import Path
run = Path(os.environ["ATLAS_LAB_RUN"])
values = [source, cases, learning_rate, shape, organs, note, quick]
(run / "got.txt").write_text(repr(values))
(run / "where.json").write_text(json.dumps([os.getcwd(), sys.executable]))
from atlas_lab.runs import record
record("dice", 0.9, ci=(0.8, 0.95), n=cases, claim="organs")
"""
DRAW = """\
import matplotlib.pyplot as plt
from tqdm.auto import tqdm
figure, axes = plt.subplots()
axes.plot([number for number in tqdm([1, 2])])
record("a line", figure)
"""
FAIL = """\
from atlas_lab.errors import MissingExtra
if fail == "user":
    raise MissingExtra("reading this\\nfile", "dicom")
if fail == "bug":
    cases / 0
if fail == "die":
    os._exit(9)
if fail == "wait":
    (run / "waiting").touch()
    import time
    time.sleep(600)
"""


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """`05_tiny.ipynb`, in a folder of its own, whose kernelspec is one that no machine has."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# A tiny lesson\n\nIt shows what it got,\nthen stops.\n\n## Next\n\n![dot](dot.svg) and $x^2$"),
            new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            new_code_cell("print(123 * 456)", metadata={"tags": ["solution"]}),
            *map(new_code_cell, [USE, DRAW, FAIL]),
        ],
        metadata={"kernelspec": {"name": "bogus", "display_name": "Bogus", "language": "R"}},
    )
    path = tmp_path_factory.mktemp("notebooks") / "05_tiny.ipynb"
    nbformat.write(notebook, path)
    (path.parent / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/></svg>')
    return path


def command(*arguments: object) -> list[str]:
    """The command line with this Python."""
    return [sys.executable, "-m", "atlas_lab.cli", *map(str, arguments)]


@pytest.fixture(scope="session")
def atlas_lab():
    """Run the command line and return what it printed and its exit status."""

    def run(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
        )

    return run


@pytest.fixture(scope="session")
def start_atlas_lab():
    """Start the command line and return the process."""

    def start(*arguments: object, cwd: Path | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(*arguments), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hear_ctrl_c
        )

    return start


def _hear_ctrl_c() -> None:
    """A test run that a shell started in the background ignores Ctrl-C, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
