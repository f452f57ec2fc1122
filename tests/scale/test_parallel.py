"""Processes of a pool."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

RUN = """
import os, time
from pathlib import Path
from types import SimpleNamespace
from atlas_lab.scale import map_cases

def work(case):
    Path(case.id).write_text(str(os.getpid()))
    time.sleep(120)

if __name__ == "__main__":
    map_cases(work, [SimpleNamespace(id="a"), SimpleNamespace(id="b")], workers=2, progress=False)
"""


def wait_for(what, seconds):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_workers_end_with_a_run_that_was_killed(tmp_path):
    (tmp_path / "run.py").write_text(RUN)
    run = subprocess.Popen([sys.executable, "run.py"], cwd=tmp_path)
    marks = [tmp_path / "a", tmp_path / "b"]
    assert wait_for(lambda: all(mark.exists() and mark.read_text() for mark in marks), 120)
    workers = [int(mark.read_text()) for mark in marks]
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert wait_for(lambda: not any(map(alive, workers)), 30)
