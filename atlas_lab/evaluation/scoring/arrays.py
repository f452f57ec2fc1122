"""Two arrays of labels, measured label by label in one pass over both."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.evaluation.counts import count_voxels
from atlas_lab.evaluation.given import Spacing
from atlas_lab.evaluation.metrics import Counts
from atlas_lab.evaluation.scoring.measured import Measured, flag_of
from atlas_lab.evaluation.surfaces import surfaces
from atlas_lab.evaluation.surfaces.pair import NO_SURFACES

_BYTE = 256
_MOST = 65_535


def measure_arrays(
    prediction: np.ndarray,
    truth: np.ndarray,
    names: Mapping[Any, int] | None,
    spacing: Spacing,
    surface: Any,
    run: Callable[..., Any],
) -> Iterator[Measured]:
    """Whole numbers (x, y, z) in both arrays; `names` (name → label), or every label that either holds but 0."""
    ours, theirs, spacing = _one_order(prediction, truth, spacing)
    ours, theirs, values = _compact(ours, theirs)
    voxels = np.stack(count_voxels(ours.ravel(), theirs.ravel(), values.size))
    number_of = {int(values[number]): number for number in np.flatnonzero(voxels.any(axis=0)).tolist() if number}
    wanted = names if names is not None else {value: value for value in number_of}
    numbers = [number_of[value] for value in wanted.values() if value in number_of]
    cut = _at_the_edge(theirs)
    pairs = surfaces(ours, theirs, np.array(numbers, np.int64), spacing, surface, run)
    for name, value in wanted.items():
        if value not in number_of:
            yield Measured(name, "absent", Counts(0, 0, 0), NO_SURFACES)
            continue
        number = number_of[value]
        counts = Counts(*voxels[:, number].tolist())
        yield Measured(name, flag_of(counts, cut=number in cut, predicted=True), counts, next(pairs))


def _one_order(prediction: np.ndarray, truth: np.ndarray, spacing: Spacing) -> tuple[np.ndarray, np.ndarray, Spacing]:
    """Both arrays C-ordered; those in Fortran order, as NIfTI files are read, are looked at from behind instead of copied."""
    if truth.flags.f_contiguous and not truth.flags.c_contiguous:
        return np.ascontiguousarray(prediction.T), truth.T, (spacing[2], spacing[1], spacing[0])
    return np.ascontiguousarray(prediction), np.ascontiguousarray(truth), spacing


def _compact(prediction: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both in the smallest unsigned type, and which value each of its numbers stands for; 0 stays 0."""
    if all(map.dtype.itemsize == 1 or map.max(initial=0) < _BYTE for map in (prediction, truth)):
        return prediction.astype(np.uint8, copy=False), truth.astype(np.uint8, copy=False), np.arange(_BYTE)
    values = np.union1d(np.union1d(prediction, truth), [0]).astype(np.int64)
    if values.size > _MOST:
        raise InputError(f"{values.size:,} different labels: these are no label maps, which have at most {_MOST:,}")
    small = np.uint8 if values.size <= _BYTE else np.uint16
    ours, theirs = (np.searchsorted(values, map).astype(small) for map in (prediction, truth))
    return ours, theirs, values


def _at_the_edge(map: np.ndarray) -> set[int]:
    """The labels that touch a face of the field of view; an axis of one voxel has none."""
    touching: set[int] = set()
    for axis, size in enumerate(map.shape):
        if size > 1:
            for face in (0, -1):
                touching.update(np.unique(map.take(face, axis)).tolist())
    return touching
