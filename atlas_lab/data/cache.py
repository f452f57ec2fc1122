"""The disk cache: a decoded image once, a memory map ever after.

An entry is one `.npy` file named by the hash of the source's path, size, modification time and decoded form, so a
changed source is simply another entry. `ATLAS_LAB_CACHE` moves the folder, `ATLAS_LAB_CACHE=off` disables it,
`ATLAS_LAB_CACHE_GB` bounds it (20). Losing it loses nothing: entries are written atomically, several processes may
share it, and where it cannot be written the decoded array is used as it is.
"""

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs

from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_write

DEFAULT_GB = 20.0


def folder() -> Path | None:
    """Where the cache is, or None when it is switched off."""
    chosen = os.environ.get("ATLAS_LAB_CACHE", "")
    if chosen.lower() == "off":
        return None
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir("atlas_lab"))


def limit_bytes() -> int:
    """How large the cache may grow."""
    text = os.environ.get("ATLAS_LAB_CACHE_GB", "")
    try:
        gigabytes = float(text) if text else DEFAULT_GB
    except ValueError:
        raise InputError(f"ATLAS_LAB_CACHE_GB={text!r} is not a number of gigabytes") from None
    if not gigabytes >= 0:
        raise InputError(f"ATLAS_LAB_CACHE_GB={text!r} is not a number of gigabytes, 0 or more")
    return int(gigabytes * 1e9)


@functools.cache
def temporary_folder() -> Path:
    """A folder that lasts as long as this process: for what must be on disk although the cache is off."""
    folder = tempfile.mkdtemp(prefix="atlas_lab-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def cached(source: Path, form: str, decode: Callable[[], np.ndarray]) -> np.ndarray:
    """The array `decode` makes from the file `source`, from the cache when the file has not changed since.

    `form` tells apart different arrays made from one file. The result is read-only.
    """
    root = folder()
    if root is None:
        return _read_only(decode())
    entry = root / "voxels" / f"{_key(source, form)}.npy"
    found = _load(entry)
    if found is not None:
        return found
    array = decode()
    if array.nbytes <= limit_bytes():
        with contextlib.suppress(InputError, OSError):
            with atomic_write(entry) as temporary, temporary.open("wb") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
            _evict(entry.parent, keep=entry)
            return _load(entry) if entry.exists() else _read_only(array)  # type: ignore[return-value]
    return _read_only(array)


def _key(source: Path, form: str) -> str:
    status = source.stat()
    identity = f"{source.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\0{form}"
    return hashlib.sha256(identity.encode()).hexdigest()[:40]


def _load(entry: Path) -> np.ndarray | None:
    try:
        array = np.load(entry, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        return None
    except (ValueError, OSError, EOFError):  # not ours, or damaged: make it anew
        return None
    with contextlib.suppress(OSError):
        os.utime(entry)  # the least recently used entries are evicted first
    return array


def _evict(root: Path, keep: Path) -> None:
    entries = []
    for path in root.glob("*.npy"):
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            entries.append((status.st_mtime, status.st_size, path))
    excess = sum(size for _, size, _ in entries) - limit_bytes()
    for _, size, path in sorted(entries):
        if excess <= 0:
            break
        if path != keep:
            with contextlib.suppress(OSError):
                path.unlink()  # a process that has it mapped keeps its map
                excess -= size


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
