"""Label maps out of their files, and what of them cannot be read."""

import contextlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from atlas_lab.data import nifti
from atlas_lab.data.case import read_facts
from atlas_lab.data.label_files import IdFile, open_combined, open_ids
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.layouts.id_labels import open_labels
from atlas_lab.data.masks import read_mask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.naming import EVERY_ID, Names
from atlas_lab.evaluation.folders.sources import Source

Unread = dict[str, str]  # structure → why; "" stands for all of them


@dataclass(frozen=True)
class Held:
    """The ids in a file: whether any has a name, and those that have none."""

    named: bool
    nameless: tuple[int, ...]


def held(source: Source | None, names: Names) -> Held | None:
    """What a flat file holds; None where the names are its own, or it cannot be read."""
    if source is None or source.ids is None or names.ids is None:
        return None
    try:
        numbers = _numbers(source.ids)
    except InputError:
        return None
    named = {id for _, ids in names.ids for id in ids}
    return Held(bool(numbers & named), tuple(sorted(numbers.difference(names.known))))


def open_source(source: Source, names: Names, beside: Source | None = None) -> LabelMap:
    """The label map of a source, lazily; `beside` is the other side, whose numbers count where numbers are the names.

    InputError: a header that cannot be read, a combined file without a class map that fits.
    """
    if source.atlas is not None:
        return source.atlas[source.id].labels
    if source.ids is not None:
        return _flat(source.ids, names, beside.ids if beside else None)
    if source.combined is not None:
        facts = read_facts(source.combined.parent)
        said = names.class_map if isinstance(names.class_map, str) or names.class_map is None else dict(names.class_map)
        class_map = said or facts.get("class_map") or str(facts.get("release", "1.1"))
        return open_combined(source.combined, nifti.read_format(source.combined), class_map)
    if not source.masks:
        raise InputError(f"{source.id}: its folder holds no mask")
    grid = nifti.read_format(source.ct or source.masks[0][1][0])
    shape, affine = grid.ras_shape, grid.ras_affine
    loaders = {name: partial(_united, paths, shape, affine) for name, paths in source.masks}
    return LabelMap(loaders, affine, shape=shape, disk=grid)


def open_ct(source: Source) -> Volume | None:
    """The CT beside a truth, where there is one."""
    if source.atlas is not None:
        return source.atlas[source.id].ct
    return Volume.open(source.ct) if source.ct is not None else None


def readable(labels: LabelMap, wanted: tuple[str, ...] | None) -> tuple[LabelMap, Unread]:
    """The structures (those that are wanted) that can be read, and why the others cannot."""
    chosen = [name for name in labels if wanted is None or name in wanted]
    unread: Unread = {}
    for name in chosen:
        try:
            labels.cropped(name)
        except InputError as error:
            unread[name] = str(error)
    if len(unread) == len(chosen) and len(set(unread.values())) == 1:
        return _without_masks(labels), {"": next(iter(unread.values()))}
    kept = {name: partial(labels.cropped, name) for name in chosen if name not in unread}
    return LabelMap(kept, labels.affine, labels.class_map, shape=labels.shape), unread


def _without_masks(labels: LabelMap) -> LabelMap:
    return LabelMap({}, labels.affine, shape=labels.shape)


def _flat(path: Path, names: Names, beside: Path | None) -> LabelMap:
    grid = nifti.read_format(path)
    if names.ids is None:
        both = _numbers(path)
        if beside is not None:
            with contextlib.suppress(InputError):  # it is told where that file itself is opened
                both |= _numbers(beside)
        numbers = {str(number): number for number in sorted(both)}
        return open_ids(path, {name: (number,) for name, number in numbers.items()}, grid, numbers, known=EVERY_ID)
    if names.joined:
        return open_labels(path, names.naming, Volume.open(path))
    return open_ids(path, dict(names.ids), grid, "1.1", known=EVERY_ID)


def _numbers(path: Path) -> set[int]:
    return set(IdFile(path, nifti.read_format(path), EVERY_ID).boxes)


def _united(paths: tuple[Path, ...], shape: tuple[int, int, int], affine: np.ndarray) -> np.ndarray:
    mask = read_mask(paths[0], shape, affine)
    for path in paths[1:]:
        mask = mask | read_mask(path, shape, affine)
    return mask
