"""One case onto the training grid and into the cache, all or nothing."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from atlas_lab.data import Case, LabelMap, Volume, regrid, resample
from atlas_lab.errors import InputError
from atlas_lab.learning.patches import bits as packed
from atlas_lab.learning.patches.identity import key_of
from atlas_lab.learning.patches.points import body_box, pick
from atlas_lab.learning.patches.prepared import BITS, FACTS, HU, POINTS, PreparedCase
from atlas_lab.runs import atomic_folder

_INT16 = np.iinfo(np.int16)


def make(case: Case, *, root: Path, classes: Sequence[str], spacing_mm: tuple[float, float, float]) -> PreparedCase:
    """The case's entry under `root`, written unless it is there. InputError: NaN in the CT, nothing but air, disk full."""
    folder = root / key_of(case, classes, spacing_mm)
    found = PreparedCase.open(folder, case.id)
    if found is None:
        try:
            with atomic_folder(folder) as temporary:
                _write(temporary, case, classes, spacing_mm)
        except InputError:
            if not folder.exists():  # else another process was faster
                raise
        found = PreparedCase.open(folder, case.id)
        assert found is not None
    return found


def _write(folder: Path, case: Case, classes: Sequence[str], spacing_mm: tuple[float, float, float]) -> None:
    grid = resample(LabelMap({}, case.ct.affine, shape=case.ct.shape), spacing_mm)
    hu = _hu(case, grid)
    bits = _bits(case, grid, classes, spacing_mm)
    box = body_box(case.id, hu, grid.affine)
    points, ends = pick(hu, bits, box, len(classes))
    for name, array in ((HU, hu), (BITS, bits), (POINTS, points)):
        np.save(folder / name, array)
    facts = {
        "shape": grid.shape,
        "affine": grid.affine.tolist(),
        "classes": list(classes),
        "known": [name in case.labels for name in classes],
        "box": box,
        "ends": ends,
    }
    (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _hu(case: Case, grid: LabelMap) -> np.ndarray:
    """int16 (x, y, z), interpolated linearly; slab by slab, so that no float copy of the whole CT exists."""
    array = case.ct.array
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array)
        if bad.any():
            voxel = tuple(int(n) for n in np.unravel_index(int(bad.argmax()), bad.shape))
            raise InputError(
                f"{case.id}: the CT holds {int(bad.sum())} voxels that are no number (NaN or infinite), the first at {voxel}; "
                "repair the file or leave the case out"
            )
    like = Volume(np.broadcast_to(np.int16(0), grid.shape), grid.affine)
    values = regrid(case.ct, like, outside=0.0).array  # the grid lies within the CT's field of view: there is no outside
    if values.dtype == np.int16:
        return np.ascontiguousarray(values)
    return np.clip(np.rint(values), _INT16.min, _INT16.max).astype(np.int16)


def _bits(case: Case, grid: LabelMap, classes: Sequence[str], spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Each mask interpolated linearly and cut at one half: smoother than nearest, and no structure is ever lost."""
    dtype = packed.dtype_for(len(classes))
    bits = np.zeros(grid.shape, dtype=dtype)
    for number, name in enumerate(classes):
        if name not in case.labels:
            continue
        alone = LabelMap({name: functools.partial(case.labels.cropped, name)}, case.labels.affine, shape=case.labels.shape)
        mask = resample(alone, spacing_mm).cropped(name)
        part = bits[mask.box]
        np.bitwise_or(part, dtype.type(1 << number), out=part, where=mask.crop)
    return bits
