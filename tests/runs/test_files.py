"""A file on disk is the old one or the new one, never half of one."""

import contextlib
import errno
import os
import subprocess
import sys
import threading

import pytest

from atlas_lab.errors import InputError
from atlas_lab.runs import atomic_folder, atomic_write, write_text


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    write_text(path, "old")
    with contextlib.suppress(RuntimeError), atomic_write(path) as temporary:
        temporary.write_text("ne")
        raise RuntimeError("half way")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["table.csv"]


def test_a_reader_sees_the_old_file_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "table.csv"
    write_text(path, "old")
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_on_the_last_flush_is_one_line_and_keeps_the_old_file(tmp_path, monkeypatch, number):
    path = tmp_path / "table.csv"
    write_text(path, "old")

    def full(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"table\.csv: cannot be written: .*free some space"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["table.csv"]


def test_a_write_the_system_cuts_short_keeps_the_old_file(tmp_path):
    path = tmp_path / "big.bin"
    write_text(path, "old")
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from atlas_lab.runs import atomic_write
with atomic_write({str(path)!r}) as temporary:
    temporary.write_bytes(bytes(1_000_000))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "File too large" in done.stderr
    assert path.read_text() == "old"
    assert names(tmp_path) == ["big.bin"]


def test_writers_at_the_same_time_do_not_mix(tmp_path):
    path = tmp_path / "state.txt"
    texts = [str(digit) * 200_000 for digit in range(8)]
    threads = [threading.Thread(target=write_text, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert names(tmp_path) == ["state.txt"]


def test_missing_folders_on_the_way_are_made_and_a_file_among_them_is_refused(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "here")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "here"
    with pytest.raises(InputError, match=r"c\.txt"):
        write_text(tmp_path / "a" / "b" / "c.txt" / "d" / "e.txt", "no")


def test_the_result_has_the_permissions_of_an_ordinary_file(tmp_path):
    (tmp_path / "ordinary").touch()
    write_text(tmp_path / "atomic", "")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_a_folder_appears_complete_or_not_at_all(tmp_path):
    with contextlib.suppress(RuntimeError), atomic_folder(tmp_path / "case") as temporary:
        (temporary / "ct.txt").write_text("half")
        raise RuntimeError("half way")
    with contextlib.suppress(RuntimeError), atomic_folder(tmp_path / "new" / "newer" / "case"):
        raise RuntimeError("half way")
    assert names(tmp_path) == [], "folders made on the way go again"
    with atomic_folder(tmp_path / "case") as temporary:
        (temporary / "ct.txt").write_text("whole")
    assert names(tmp_path / "case") == ["ct.txt"]


def test_a_folder_that_exists_is_not_replaced(tmp_path):
    (tmp_path / "case").mkdir()
    with pytest.raises(InputError, match="already exists"), atomic_folder(tmp_path / "case"):
        pass
    assert names(tmp_path) == ["case"]
