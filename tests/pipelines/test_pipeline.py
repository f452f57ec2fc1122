"""A pipeline as a whole: skips what is done, survives what kills it, and says what went wrong where."""

import contextlib
import hashlib
import json
import random
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.dask_cluster import cluster
from tests.pipelines.test_steps import write_notebook

MAKE = """\
import time
from atlas_lab.runs import artefact, record
for step in range(waits):
    time.sleep(0.1)
    artefact("numbers.txt").write_text("half")  # so that a kill in between leaves half a file
assert not fail, "asked to fail"
artefact("numbers.txt").write_text(f"{seed * 7}")
record("number", seed * 7)
"""
USE = """\
from pathlib import Path
from atlas_lab.runs import artefact, record
total = sum(int(Path(path).read_text()) for path in numbers)
artefact("tables/total.txt").write_text(f"{total}")
record("total", total)
"""
PIPELINE = """\
steps:
  make: {notebook: make.ipynb, matrix: {seed: [1, 2, 3]}}
  use: {notebook: use.ipynb, parameters: {numbers: "${make.numbers.txt}"}}
  last: {notebook: use.ipynb, parameters: {numbers: ["${use.tables/total.txt}"]}}
"""


@pytest.fixture
def here(tmp_path):
    write_notebook(tmp_path / "make.ipynb", "seed: int = 0\nwaits: int = 0\nfail: bool = False", MAKE)
    write_notebook(tmp_path / "use.ipynb", "numbers: list[str]", USE)
    (tmp_path / "p.yaml").write_text(PIPELINE)
    return tmp_path


def results(folder: Path) -> dict[str, dict]:
    """Step → what came out of it: metrics and artefact hashes; every run there must be whole."""
    found = {}
    for path in sorted(folder.glob("*/manifest.json")):
        manifest = json.loads(path.read_text())
        assert manifest["status"] == "done"
        for name, entry in manifest["artefacts"].items():
            assert hashlib.sha256((path.parent / name).read_bytes()).hexdigest() == entry["sha256"]
        found[path.parent.name] = {"metrics": manifest["metrics"], "artefacts": manifest["artefacts"]}
    return found


def statuses(folder: Path) -> dict[str, str]:
    steps = json.loads((folder / "pipeline.json").read_text())["steps"]
    return {id: step["status"] for id, step in steps.items()}


def test_steps_run_in_order_and_a_second_time_not_at_all(here, atlas_lab):
    done = atlas_lab("pipeline", "p.yaml", "-o", "out", cwd=here)
    assert done.returncode == 0, done.stderr
    assert (here / "out" / "last" / "tables" / "total.txt").read_text() == "42"
    assert set(statuses(here / "out").values()) == {"done"}
    assert done.stdout.splitlines()[-1] == "report: out/index.html"
    assert not (here / "out" / ".running").exists()
    before = results(here / "out")
    again = atlas_lab("pipeline", "p.yaml", "-o", "out", "--resume", cwd=here)
    assert again.returncode == 0, again.stderr
    assert set(statuses(here / "out").values()) == {"skipped"}
    assert results(here / "out") == before
    refused = atlas_lab("pipeline", "p.yaml", "-o", "out", cwd=here)
    assert refused.returncode == 2
    assert "out: is not empty; choose a new folder, or go on with what is there with --resume" in refused.stderr


def test_only_what_a_change_reaches_is_run_again(here, atlas_lab):
    assert atlas_lab("pipeline", "p.yaml", "-o", "out", cwd=here).returncode == 0
    write_notebook(here / "make.ipynb", "seed: int = 0\nwaits: int = 0\nfail: bool = False", MAKE + "\n# a comment")
    (here / "out" / "last" / "tables" / "total.txt").write_text("edited by hand")
    (here / "out" / "use" / "tables" / "more.txt").write_text("added by hand")
    assert atlas_lab("pipeline", "p.yaml", "-o", "out", "--resume", cwd=here).returncode == 0
    assert statuses(here / "out") == {
        "make-seed=1": "done", "make-seed=2": "done", "make-seed=3": "done",
        "use": "done",  # it is not as it was left; without that it would be skipped, since what it reads came out the same
        "last": "done",
    }  # fmt: skip
    assert (here / "out" / "last" / "tables" / "total.txt").read_text() == "42"


def test_the_folder_can_be_moved_without_running_anything_again(here, atlas_lab):
    assert atlas_lab("pipeline", "p.yaml", "-o", "out", cwd=here).returncode == 0
    (here / "out").rename(here / "moved")
    assert atlas_lab("pipeline", "p.yaml", "-o", "moved", "--resume", cwd=here).returncode == 0
    assert set(statuses(here / "moved").values()) == {"skipped"}


def test_a_failing_step_blocks_what_needs_it_and_nothing_else(here, atlas_lab):
    (here / "p.yaml").write_text(
        PIPELINE + "  bad: {notebook: make.ipynb, parameters: {fail: true}}\n"
        '  after: {notebook: use.ipynb, parameters: {numbers: ["${bad.numbers.txt}"]}}\n'
    )
    done = atlas_lab("pipeline", "p.yaml", "-o", "out", cwd=here)
    assert done.returncode == 1
    assert statuses(here / "out")["last"] == "done"
    assert (statuses(here / "out")["bad"], statuses(here / "out")["after"]) == ("failed", "blocked")
    assert re.search(r"FAILED +bad .* AssertionError: asked to fail; see out/bad/make\.html", done.stdout)
    assert re.search(r"blocked +after +needs bad", done.stdout)
    assert "asked to fail" in (here / "out" / "bad" / "make.html").read_text()
    mended = atlas_lab("pipeline", "p.yaml", "-o", "out", "--resume", "-p", "fail=false", cwd=here)
    assert mended.returncode == 0
    assert (statuses(here / "out")["bad"], statuses(here / "out")["last"]) == ("done", "skipped")


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_what_an_undisturbed_run_gives(here, atlas_lab, start_atlas_lab):
    assert atlas_lab("pipeline", "p.yaml", "-o", "whole", "-p", "waits=5", cwd=here).returncode == 0
    chance = random.Random(0)
    for _ in range(5):
        process = start_atlas_lab("pipeline", "p.yaml", "-o", "out", "-p", "waits=5", "--resume", cwd=here)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.5, 4))
        process.kill()
        process.communicate()
        results(here / "out")  # nothing half-written
    done = atlas_lab("pipeline", "p.yaml", "-o", "out", "-p", "waits=5", "--resume", cwd=here)
    assert done.returncode == 0, done.stderr
    assert results(here / "out") == results(here / "whole")
    assert not (here / "out" / ".running").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_pipeline_ends_its_kernels_and_goes_on_later(here, atlas_lab, start_atlas_lab, number):
    process = start_atlas_lab("pipeline", "p.yaml", "-o", "o ut", "-p", "waits=600", cwd=here)
    wait_for(lambda: list((here / "o ut").glob(".running/make*/numbers.txt")))
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "go on with: atlas-lab pipeline p.yaml -o 'o ut' -p waits=600 --resume" in said
    assert str(here) not in running_commands()
    assert statuses(here / "o ut")["use"] == "waiting"
    assert json.loads((here / "o ut" / "pipeline.json").read_text())["status"] == "interrupted"
    assert atlas_lab("pipeline", "p.yaml", "-o", "o ut", "--resume", cwd=here).returncode == 0


def test_nobody_outside_this_machine_can_listen(here, start_atlas_lab):
    process = start_atlas_lab("pipeline", "p.yaml", "-o", "out", "-p", "waits=600", cwd=here)
    wait_for(lambda: list((here / "out").glob(".running/make*/numbers.txt")))
    listening = {c.laddr.ip for c in psutil.Process(process.pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    process.terminate()
    process.communicate(timeout=30)
    assert listening <= {"127.0.0.1", "::1"}


def test_a_folder_is_held_by_one_pipeline_at_a_time(here, atlas_lab, start_atlas_lab):
    process = start_atlas_lab("pipeline", "p.yaml", "-o", "out", "-p", "waits=600", cwd=here)
    wait_for(lambda: list((here / "out").glob(".running/*.json")))
    second = atlas_lab("pipeline", "p.yaml", "-o", "out", "--resume", cwd=here)
    process.terminate()
    process.communicate(timeout=30)
    assert second.returncode == 2
    assert "another pipeline is running in it" in second.stderr


@pytest.mark.slow
def test_a_cluster_given_by_address_gives_the_same(here, atlas_lab):
    assert atlas_lab("pipeline", "p.yaml", "-o", "local", cwd=here).returncode == 0
    with cluster(here) as address:
        done = atlas_lab("pipeline", "p.yaml", "-o", "remote", "--cluster", address, cwd=here)
    assert done.returncode == 0, done.stderr
    assert results(here / "remote") == results(here / "local")


REFUSED = {
    "cycle": ("steps: {a: {notebook: make.ipynb, needs: a}}", (), "need each other in a circle"),
    "no such notebook": ("steps: {a: {notebook: b.ipynb}}", (), "no such notebook"),
    "a missing artefact": (PIPELINE.replace("make.numbers.txt", "make.numbers.csv"), (), "step make leaves no 'numbers.csv'"),
    "not YAML": ("steps: [", (), "not valid YAML"),
    "a cluster that does not answer": (PIPELINE, ("--cluster", "nowhere"), "no Dask scheduler answers"),
    "a misspelt parameter": (PIPELINE, ("-p", "sed=1"), "did you mean 'seed'"),
    "not a pipeline's folder": (PIPELINE, ("-o", ".", "--resume"), "holds files, but no pipeline.json"),
    "an empty address": (PIPELINE, ("--cluster", ""), "the address is empty"),
    "a file as folder": (PIPELINE, ("-o", "p.yaml"), "p.yaml: is a file"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_mistakes_are_one_line_and_exit_status_2_before_any_kernel_starts(here, atlas_lab, what):
    text, options, said = REFUSED[what]
    (here / "p.yaml").write_text(text)
    done = atlas_lab("pipeline", "p.yaml", *(options if "-o" in options else ("-o", "out", *options)), cwd=here)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert {path.name for path in here.glob("out/*")} <= {".lock"}


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def running_commands() -> str:
    """The command lines of all attempts on this machine, where the system tells."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            commands.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(command for command in commands if "pipelines.attempt" in command)
