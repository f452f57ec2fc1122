"""Real processes: killed while they paint, out of disk, and two at a time. What was acknowledged is there afterwards."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import Editor
from tests.viewers.edits.cases import make_case, stroke

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, limits and file locks as POSIX has them")

# Paints for ever, and says a number once that edit is made. Edit n is the same in every process.
PAINTER = """
import sys
import numpy as np
from atlas_lab.data.case import Case
from atlas_lab.viewers.edits import Editor
from tests.viewers.edits.test_crash import nth
editor = Editor(Case.open(sys.argv[1]), ["liver", "pancreas"])
if editor.offer:
    editor.restore()
n = editor.unsaved
while True:
    structure, runs, value = nth(n)
    assert editor.paint(structure, runs, value).voxels
    print(n, flush=True)
    n += 1
"""


def nth(n):
    """Structure, runs and value of the n-th edit: every one changes something."""
    structure = ("liver", "pancreas")[n % 2]
    corner = 8 + 9 * 7  # x = 8, y = 7, z = 0: in no structure at first
    others = random.Random(n).sample(range(corner), 5)
    flat = sorted({*others, corner})
    return structure, np.array([(index, 1) for index in flat], np.uint32), n // 2 % 2 == 0


def expected(count):
    masks = {"liver": make_case().labels["liver"], "pancreas": np.zeros((9, 8, 7), bool)}
    for n in range(count):
        structure, runs, value = nth(n)
        flat = masks[structure].reshape(-1, order="F").copy()
        flat[runs[:, 0]] = value
        masks[structure] = flat.reshape((9, 8, 7), order="F")
    return masks


@contextlib.contextmanager
def python(code, *arguments):
    """Another interpreter; it is gone afterwards, whatever happens."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_every_edit_that_was_acknowledged_survives_a_kill(on_disk):
    rng = np.random.default_rng(7)
    before = 0
    for _ in range(3):
        with python(PAINTER, on_disk.folder) as process:
            assert int(process.stdout.readline()) == before
            time.sleep(rng.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            acknowledged = [before, *map(int, process.stdout.read().split())]
        editor = Editor(Case.open(on_disk.folder), ["liver", "pancreas"])
        assert acknowledged[-1] + 1 <= editor.offer.count <= acknowledged[-1] + 2, "at most the one that was being made is more"
        assert editor.offer.same
        editor.restore()
        for name, mask in expected(editor.unsaved).items():
            assert np.array_equal(editor.mask(name), mask)
        before = editor.unsaved
        editor.close()
    assert before >= 3
    editor = Editor(Case.open(on_disk.folder), ["liver", "pancreas"])
    editor.restore()
    editor.save()
    saved = Case.open(on_disk.folder)
    assert all(np.array_equal(saved.labels[name], mask) for name, mask in expected(before).items())


def test_when_the_system_lets_the_file_grow_no_further_the_edits_before_are_kept(on_disk):
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
from atlas_lab.errors import InputError
try:
    exec({PAINTER!r})
except InputError as error:
    print("refused:", error)
    print(editor.unsaved, int(editor.mask("liver").sum()), int(editor.mask("pancreas").sum()))
"""
    with python(code, on_disk.folder) as process:
        lines = process.stdout.read().splitlines()
    assert "journal: cannot be written: the file is larger than this file system or user may write" in lines[-2]
    count = int(lines[-3]) + 1
    masks = expected(count)
    assert lines[-1] == f"{count} {masks['liver'].sum()} {masks['pancreas'].sum()}", "the refused edit is not in memory either"
    editor = Editor(Case.open(on_disk.folder), "liver")
    editor.restore()
    assert editor.unsaved == count
    assert np.array_equal(editor.mask("pancreas"), masks["pancreas"])


HOLDER = PAINTER.replace("while True:", "for n in range(n, n + 3):") + "\nsys.stdin.readline()\n"


def test_a_case_that_another_process_edits_is_refused_until_that_one_has_died(on_disk):
    editor = Editor(on_disk, "liver")
    with python(HOLDER, on_disk.folder) as process:
        assert [int(process.stdout.readline()) for _ in range(3)] == [0, 1, 2]
        said = rf"P1: is being edited elsewhere \(process {process.pid} on .*, since 20.*\); close that viewer or stop its kernel"
        for change in (lambda: editor.paint("liver", stroke((0, 0, 0)), True), editor.restore, editor.discard, editor.save):
            with pytest.raises(InputError, match=said):
                change()
        assert editor.offer.count == 3, "to look at them is allowed"
        assert editor.mask("liver").sum() == 64
        process.kill()
        process.wait()
        editor.restore()
    assert editor.unsaved == 3
    for name, mask in expected(3).items():
        assert np.array_equal(editor.mask(name), mask)


FORKER = """
import os, sys, time
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import Editor
from tests.viewers.edits.cases import stroke
editor = Editor(Case.open(sys.argv[1]), "liver")
editor.paint("liver", stroke((0, 0, 0)), True)
child = os.fork()
if child:
    os.write(1, f"{child}\\n".encode())  # in one piece: both write into one pipe
else:
    try:
        editor.paint("liver", stroke((1, 0, 0)), True)
    except InputError as error:
        os.write(1, f"{error}\\n".encode())
time.sleep(60)
"""


def test_a_forked_worker_neither_writes_nor_keeps_the_lock_of_a_kernel_that_died(on_disk):
    with python(FORKER, on_disk.folder) as process:
        lines = sorted(process.stdout.readline() for _ in range(2))
        worker = int(lines[0])
        try:
            assert "P1: is edited in the process that this one was forked from" in lines[1]
            process.kill()
            process.wait()
            editor = Editor(on_disk, "liver")
            editor.restore()
            assert editor.mask("liver").sum() == 65
        finally:
            os.kill(worker, signal.SIGKILL)
