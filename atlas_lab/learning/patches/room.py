"""How much disk prepared cases may take: the cache's bound, and what is free."""

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from atlas_lab.data import cache
from atlas_lab.errors import InputError


def check_room(root: Path, there: Iterable[Path], needed: int, *, bounded: bool) -> None:
    """InputError: `needed` more bytes do not fit on the disk, or, `bounded`, make the set larger than the cache may be."""
    total = needed + (sum(map(_size, there)) if bounded else 0)
    if bounded and total > cache.limit_bytes():
        raise InputError(
            f"the prepared cases take {total / 1e9:.3g} GB, but the cache may hold {cache.limit_bytes() / 1e9:.3g}: "
            "set ATLAS_LAB_CACHE_GB higher, or give folder="
        )
    above = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(above).free
    if needed > free:
        raise InputError(f"{root}: the prepared cases take {needed / 1e9:.3g} GB, but only {free / 1e9:.3g} are free there")


def make_room(root: Path, keep: set[Path]) -> None:
    """Remove the least recently used entries that are not in `keep`, until the rest is within the cache's bound."""
    entries = []
    for folder in root.glob("[!.]*"):
        with contextlib.suppress(OSError):
            entries.append((folder.stat().st_mtime, _size(folder), folder))
    excess = sum(size for _, size, _ in entries) - cache.limit_bytes()
    for _, size, folder in sorted(entries):
        if excess <= 0:
            break
        if folder not in keep:
            with contextlib.suppress(OSError):
                aside = folder.rename(folder.with_name(f".old-{folder.name}"))  # so that half an entry is never found
                shutil.rmtree(aside, ignore_errors=True)  # a process that has a file mapped keeps its map
                excess -= size


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
