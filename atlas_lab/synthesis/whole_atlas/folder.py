"""The folder of a synthetic atlas: what may be there already, and whether the disk is large enough."""

import contextlib
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import FACTS, find_ct, read_facts
from atlas_lab.errors import InputError
from atlas_lab.runs import user_errors

TUMOURS, SKIPPED = "synthesis.csv", "skipped.csv"
RECORD = "record.json"
STAGE = ".part-"  # how the name of a case begins while it is written

_MARKER = ".synthesis"  # what the workers of a cluster must see
_WRITTEN = 1.2  # bytes of a case over those of the CT that it is made of: masks, and packing that is quick
_PACKED = 0.5  # a packed CT over a plain one
_LEFT_OVER_S = 24 * 3600  # no case takes a day, so nobody writes at an older stage any more


def check_apart(folder: Path, source: Path) -> None:
    """InputError: the folder is the source atlas, or lies in it."""
    target, root = folder.resolve(), source.resolve()
    if target == root or root in target.parents:
        raise InputError(f"{folder}: {'is' if target == root else 'lies in'} the source atlas; choose a folder outside {source}")


def finished(folder: Path, origin: Mapping[str, Any], atlas: Atlas) -> dict[str, dict[str, Any]]:
    """The provenance of each case of this origin that is there already, by id.

    InputError: the folder is a file or holds something else, a case of another origin, a damaged one.
    """
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the synthetic atlas")
    sources, done = _Sources(atlas), {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in (TUMOURS, SKIPPED):
            continue
        if not (path / FACTS).is_file():
            raise InputError(f"{path}: is in the way and no synthetic case; choose an empty folder")
        found = dict(read_facts(path).get("provenance", {}))
        other = _difference(found, origin) or sources.difference(path.name, found)
        if other:
            raise InputError(f"{path}: is a case of another origin ({other}); choose an empty folder, or the same parameters")
        if find_ct(path) is None or not (path / RECORD).is_file():
            raise InputError(f"{path}: is damaged, files are gone; remove this folder and it is made again")
        done[path.name] = found
    return done


def _difference(found: Mapping[str, Any], origin: Mapping[str, Any]) -> str:
    """What of a case is not as wanted; empty when all is."""
    wanted = {"source": origin["source"], **origin}  # a stranger's other settings tell nothing
    return next((f"{key}: {found.get(key)!r}, not {value!r}" for key, value in wanted.items() if found.get(key) != value), "")


class _Sources:
    """The CTs that cases are made of."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._images: dict[str, str] = dict(atlas.table["image"])

    def difference(self, id: str, found: Mapping[str, Any]) -> str:
        """What is wrong with a case's source; empty when nothing is. The atlas may be a selection, made anew since."""
        if id not in self._images:
            return "" if id in self._everything else "the source atlas has no such case"
        size = _size(Path(self._images[id]))
        return "" if found["case"]["ct_bytes"] in (size, None) else "it was made of another CT"

    @cached_property
    def _everything(self) -> dict[str, str]:
        return self._atlas.layout.stamps(self._atlas.root)


def check_space(folder: Path, images: Iterable[Path]) -> None:
    """InputError: the disk has less room than cases that are made of these CTs will take."""
    sizes = [_size(image) * (1 if image.suffix == ".gz" else _PACKED) for image in images]
    needed = _WRITTEN * sum(sizes)
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise InputError(
            f"{folder}: {len(sizes)} cases need about {_in_words(needed)} of disk, {_in_words(free)} are free; choose another "
            "disk, or fewer cases"
        )


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _in_words(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.3g} TB"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Make the folder ready for cases; yields a file that a cluster's workers must see.

    What killed runs had begun to write is removed once it is old: a younger stage may be another run's.
    """
    marker, new = folder / _MARKER, not folder.exists()
    with user_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        marker.touch()
    for stage in folder.glob(f"{STAGE}*"):
        if time.time() - stage.stat().st_mtime > _LEFT_OVER_S:
            shutil.rmtree(stage, ignore_errors=True)
    try:
        yield marker
    finally:
        marker.unlink(missing_ok=True)
        if new:
            with contextlib.suppress(OSError):
                folder.rmdir()  # when nothing was made
