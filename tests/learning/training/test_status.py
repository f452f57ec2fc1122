"""A training says where it is, and one that can say nothing any more is not taken for a running one."""

import json
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, status, train
from atlas_lab.learning.training.status import Reporter, read_status
from tests.learning.training.lines import Line

PLAN = Plan(steps=100, accelerator="cpu")


def fabric(world=1):
    precision = SimpleNamespace(precision=SimpleNamespace(precision="32-true"))
    return SimpleNamespace(device=torch.device("cpu"), world_size=world, strategy=precision, is_global_zero=True)


def reporter(folder, plan=PLAN, about=None, step=0, seconds=0.0):
    return Reporter(folder, plan, fabric(), about or {}, step, seconds)


def rewritten(folder, **changes):
    path = folder / "status.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return read_status(folder)


def test_a_training_runs_and_then_is_done(tmp_path):
    seen = []

    class Watched(Line):
        def after_step(self, network, step):
            seen.append(read_status(tmp_path).state)

    assert read_status(tmp_path) is None
    train(Watched(), Plan(steps=20, accelerator="cpu", precision="32-true"), tmp_path)
    done = read_status(tmp_path)
    assert set(seen) == {"running"}
    assert (done.state, done.step, done.used, done.reason) == ("done", 20, 1, "")
    assert (done.device, done.precision, done.plan["steps"], done.about["kind"]) == ("cpu", "32-true", 20, "line")
    assert done.seconds_left is None


def test_a_training_that_an_error_ended_says_why(tmp_path):
    with pytest.raises(InputError, match="no number"):
        train(Line(break_at=12), Plan(steps=20, accelerator="cpu"), tmp_path)
    stopped = read_status(tmp_path)
    assert stopped.state == "stopped"
    assert "the loss is no number at step 13" in stopped.reason


def test_an_interrupted_training_is_stopped_and_goes_on_as_running(tmp_path):
    reporter(tmp_path).end(KeyboardInterrupt())
    assert (read_status(tmp_path).state, read_status(tmp_path).reason) == ("stopped", "interrupted")
    again = reporter(tmp_path, step=40, seconds=8)
    assert (read_status(tmp_path).state, read_status(tmp_path).step, read_status(tmp_path).begun) == ("running", 40, 0.4)
    again.end(None)


def test_a_training_whose_process_is_gone_is_stopped(tmp_path):
    reporter(tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for changes in ({"process": gone.pid}, {"started": 0.0}):  # the second: another process has its number by now
        found = rewritten(tmp_path, **changes)
        assert (found.state, found.reason) == ("stopped", "its process is gone")


def test_a_training_elsewhere_is_stopped_after_a_long_silence_only(tmp_path):
    reporter(tmp_path)
    assert rewritten(tmp_path, host="elsewhere", process=1).state == "running"
    found = rewritten(tmp_path, written=time.time() - 600)
    assert (found.state, found.reason) == ("stopped", "nothing heard of it for 10 minutes")


def until(true):
    end = time.time() + 10
    while not true():
        assert time.time() < end
        time.sleep(0.02)


def test_a_step_is_on_disk_soon_and_a_long_one_is_no_silence(tmp_path, monkeypatch):
    monkeypatch.setattr(status, "_PAUSE", 0.02)
    running = reporter(tmp_path)
    running.at(30, 2.5)
    until(lambda: read_status(tmp_path).step == 30)
    assert (read_status(tmp_path).used, read_status(tmp_path).seconds) == (0.3, 2.5)
    monkeypatch.setattr(status, "_BEAT", 0.02)
    before = read_status(tmp_path).written
    until(lambda: read_status(tmp_path).written > before)
    running.end(None)
    time.sleep(0.1)
    assert read_status(tmp_path).state == "done"


@pytest.mark.parametrize(
    ("plan", "before", "now"),
    [(PLAN, (0, 0), (25, 7)), (PLAN, (50, 9), (62, 20)), (Plan(steps=None, minutes=2), (0, 0), (9, 30))],
)
def test_the_time_left_is_measured_from_where_this_process_began(tmp_path, plan, before, now):
    running = reporter(tmp_path, plan, step=before[0], seconds=before[1])
    assert read_status(tmp_path).seconds_left is None
    running.at(*now)
    running.end(None)
    at = rewritten(tmp_path, state="running", started=time.time(), written=time.time() + 100)
    used, begun = plan.progress(*now), plan.progress(*before)
    assert at.seconds_left == pytest.approx(100 * (1 - used) / (used - begun), rel=0.01)


def test_a_list_of_thousands_of_cases_is_counted(tmp_path):
    reporter(tmp_path, about={"cases": [f"c{n}" for n in range(9262)], "classes": ["liver", "spleen"]}).end(None)
    assert read_status(tmp_path).about == {"cases": 9262, "classes": ["liver", "spleen"]}


@pytest.mark.parametrize("text", ["{", "[1]", '{"state": "running"}'])
def test_a_status_that_cannot_be_read_is_named(tmp_path, text):
    (tmp_path / "status.json").write_text(text)
    with pytest.raises(InputError, match=r"status\.json: cannot be read"):
        read_status(tmp_path)
