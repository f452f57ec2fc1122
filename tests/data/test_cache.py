"""The cache: decoded once, never stale, bounded, shared, and never in the way."""

import mmap
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from atlas_lab.data import cache
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "voxels"


@pytest.fixture
def ct(tmp_path):
    return Volume(np.arange(1000, dtype=np.int16).reshape(10, 10, 10), np.diag([-1, -1, 2, 1])).save(tmp_path / "ct.nii.gz")


def test_the_second_opening_is_a_memory_map_of_the_first(own_cache, ct, monkeypatch):
    first = np.array(Volume.open(ct).array)
    assert len(list(own_cache.glob("*.npy"))) == 1
    monkeypatch.setattr("atlas_lab.data.nifti.read_array", lambda *_: pytest.fail("decoded a second time"))
    again = Volume.open(ct).array
    owner = again
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    assert isinstance(owner, np.memmap) or isinstance(owner.base, mmap.mmap)
    np.testing.assert_array_equal(again, first)


def test_a_changed_file_is_read_anew(own_cache, ct):
    _ = Volume.open(ct).array
    Volume.open(ct).like(np.full((10, 10, 10), -7, np.int16)).save(ct)
    assert (Volume.open(ct).array == -7).all()


def test_switched_off_nothing_is_written(tmp_path, ct, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert cache.folder() is None
    assert Volume.open(ct).array.max() == 999
    assert not (tmp_path / "home").exists()


def test_switched_off_the_phantom_atlas_goes_with_the_process(tmp_path):
    code = "import atlas_lab as al; print(al.Atlas.phantom(cases=1, shape=(16, 16, 16), spacing=20).root)"
    environment = {**os.environ, "ATLAS_LAB_CACHE": "off", "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", ["-1", "nan", "many"])
def test_a_size_that_is_none_is_refused(monkeypatch, size):
    monkeypatch.setenv("ATLAS_LAB_CACHE_GB", size)
    with pytest.raises(InputError, match="is not a number of gigabytes"):
        cache.limit_bytes()


def test_the_oldest_entries_go_when_it_is_full(own_cache, tmp_path, monkeypatch):
    import os

    one_entry = 10**3 * 2 + 128
    monkeypatch.setenv("ATLAS_LAB_CACHE_GB", str(2.5 * one_entry / 1e9))
    paths = [Volume(np.full((10, 10, 10), i, np.int16), np.eye(4)).save(tmp_path / f"{i}.nii.gz") for i in range(3)]
    kept = []
    for age, path in zip((300, 200), paths, strict=False):
        _ = Volume.open(path).array
        entry = next(e for e in own_cache.glob("*.npy") if e not in kept)
        os.utime(entry, (1e9 - age, 1e9 - age))
        kept.append(entry)
    _ = Volume.open(paths[2]).array
    assert not kept[0].exists()
    assert kept[1].exists()
    assert len(list(own_cache.glob("*.npy"))) == 2


def test_a_damaged_entry_is_made_anew(own_cache, ct):
    _ = Volume.open(ct).array
    entry = next(own_cache.glob("*.npy"))
    entry.write_bytes(entry.read_bytes()[:200])
    assert Volume.open(ct).array.max() == 999


def test_a_cache_that_cannot_be_written_is_not_in_the_way(tmp_path, ct, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "file"))
    assert Volume.open(ct).array.max() == 999


def _total(path):
    return int(Volume.open(path).array.sum())


def test_several_processes_may_share_it(own_cache, ct):
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        assert set(pool.map(_total, [ct] * 6)) == {999 * 500}
    assert len(list(own_cache.iterdir())) == 1
