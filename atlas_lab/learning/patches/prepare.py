"""`prepare`: an atlas resampled once, so that training reads only patches."""

import functools
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from atlas_lab.data import Atlas, Case, cache
from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.patches.bits import dtype_for
from atlas_lab.learning.patches.identity import key_of
from atlas_lab.learning.patches.making import make
from atlas_lab.learning.patches.prepared import PreparedCase, PreparedCases
from atlas_lab.learning.patches.room import check_room, make_room
from atlas_lab.scale import map_cases

Spacing = tuple[float, float, float]


def prepare(
    cases: Atlas | Iterable[Case],
    classes: Sequence[str],
    *,
    spacing_mm: float | Spacing = 1.5,
    folder: str | os.PathLike[str] | None = None,
    brought: Sequence[str] = (),
    workers: int = 1,
    progress: bool = True,
) -> PreparedCases:
    """Resample cases once to the training spacing (mm; one number, or one each along x, y, z) and keep them on disk.

    HU are interpolated linearly (int16), each mask linearly with a threshold of one half. `classes` are the names of the
    structures to learn, in the order of the network's outputs; a case without one of them has it marked as not known
    (none at all: for self-supervised tasks). What is `brought` by a transform may be missing in all of them. Entries lie in
    `folder`, else in the cache; a case that did not change is not made again, so a stopped call goes on where it was.
    `workers` are processes. 1.5 mm is SuPreM's spacing (ICLR 2024).
    InputError: a class that no case is annotated for, two classes of one name or more than 63, cases that cannot be
    prepared (NaN in a CT), a set larger than the cache may grow or the disk has room for.
    """
    classes, spacing = _check_classes(classes), _check_spacing(spacing_mm)
    source = cases if isinstance(cases, Atlas) else list(cases)
    _check_annotated(source, [name for name in classes if name not in brought])
    root = Path(folder).absolute() if folder is not None else (cache.folder() or cache.temporary_folder()) / "patches"
    found: dict[str, PreparedCase] = {}
    needed: dict[str, int] = {}
    for case in source:
        if case.id in found or case.id in needed:
            raise InputError(f"two cases have the id {case.id!r}")
        entry = PreparedCase.open(root / key_of(case, classes, spacing), case.id)
        if entry is None:
            voxels = math.prod(side * old / new for side, old, new in zip(case.ct.shape, case.ct.spacing, spacing, strict=True))
            needed[case.id] = int(voxels * (2 + dtype_for(len(classes)).itemsize))
        else:
            os.utime(entry.folder)  # the least recently used entries leave the cache first
            found[case.id] = entry
    check_room(root, [entry.folder for entry in found.values()], sum(needed.values()), bounded=folder is None)
    missing = source.select(needed) if isinstance(source, Atlas) else [case for case in source if case.id in needed]
    job = functools.partial(make, root=root, classes=classes, spacing_mm=spacing)
    made = map_cases(job, missing, workers=workers, progress=progress and len(needed) > 0).require_all().values
    order = source.ids if isinstance(source, Atlas) else [case.id for case in source]
    prepared = PreparedCases((found.get(id) or made[id] for id in order), classes, spacing, root)
    if folder is None:
        make_room(root, keep={case.folder for case in prepared})
    return prepared


def _check_classes(classes: Sequence[str]) -> tuple[str, ...]:
    if isinstance(classes, str):
        raise InputError(f"classes={classes!r}: give a list of structures, such as [{classes!r}]")
    twice = [name for name in dict.fromkeys(classes) if list(classes).count(name) > 1]
    if twice:
        raise InputError(f"classes: {twice[0]!r} is there twice; give each structure once")
    dtype_for(len(classes))
    return tuple(classes)


def _check_spacing(spacing_mm: float | Spacing) -> Spacing:
    if isinstance(spacing_mm, str):
        raise InputError(f"spacing_mm={spacing_mm!r}: give a number of mm, or three")
    wanted = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), (3,))
    if not (np.isfinite(wanted).all() and (wanted > 0).all()):
        raise InputError(f"spacing_mm={spacing_mm} must be above 0 mm")
    x, y, z = wanted.tolist()
    return x, y, z


def _check_annotated(cases: Atlas | list[Case], classes: Sequence[str]) -> None:
    """InputError: no cases, or a class that all of them lack."""
    if isinstance(cases, Atlas):
        annotated = {id: set(names) for id, names in cases.table["structures"].items()}
    else:
        annotated = {case.id: set(case.labels) for case in cases}
    if not annotated:
        raise InputError("there are no cases to prepare; give an atlas or a list with at least one")
    there = set().union(*annotated.values())
    for name in classes:
        if name not in there:
            ids = list(annotated)
            listed = ", ".join(map(str, ids[:5])) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
            close = nearest(name, there) or f"annotated are {', '.join(sorted(there)) or 'none'}; "
            raise InputError(f"no case is annotated for {name!r}: {close}it is missing in {listed}")
