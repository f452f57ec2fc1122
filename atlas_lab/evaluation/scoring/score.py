"""`score`: how well a segmentation agrees with the truth, structure by structure."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np
import pandas as pd

from atlas_lab._version import __version__
from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError, nearest
from atlas_lab.evaluation.conventions import Average, Convention, Direction, Percentile, Surface
from atlas_lab.evaluation.given import Spacing, check_names, check_spacing, check_tolerances
from atlas_lab.evaluation.metrics import overlap, surface_metrics
from atlas_lab.evaluation.scoring.arrays import measure_arrays
from atlas_lab.evaluation.scoring.forms import Given, ids_of, masks_of, names_in, on_one_grid, plain
from atlas_lab.evaluation.scoring.masks import measure_masks
from atlas_lab.evaluation.scoring.measured import Measured

Structures = str | Iterable[str] | Mapping[str, int]
EMPTY = "one side empty: DSC 0, NSD 0, distances inf; both empty: DSC and NSD NaN, distances inf"


def score(
    prediction: Given,
    truth: Given,
    spacing: Iterable[float] | None = None,
    *,
    structures: Structures | None = None,
    tolerance_mm: float | Mapping[str, float] | None = None,
    surface: Surface = "corner_surfel",
    direction: Direction = "max",
    percentile: Percentile = "weighted",
    assd: Average = "mean",
    nsd: Average = "pooled",
    resample: bool = False,
) -> pd.DataFrame:
    """One row a structure: DSC, NSD, HD95, ASSD and what they hide. The index is `structure`, without background.

    Each side is a LabelMap or Case, a mapping name → mask, an array of labels or one bool mask, all (x, y, z). `spacing` is the
    voxel size in mm along x, y and z; a LabelMap brings its own. `structures` names the rows: names of masks, or name →
    label for arrays of labels; without it there is a row for each structure that either side has. `tolerance_mm` is that
    of the NSD, one for all or one a structure; without it there is no column `nsd`. `resample` brings a predicted LabelMap
    onto the truth's grid where they differ.

    Columns: dsc, iou, precision, recall, nsd, hd, hd95, assd (mm), volume_ml, truth_volume_ml, volume_difference_ml,
    volume_difference (a share of the truth), voxels, truth_voxels, common_voxels, flag. `flag` says what a mean should not
    swallow: `missed`, `not predicted` (not even an empty mask), `cut` (the truth touches the edge of the field of view; also
    `cut, missed` and `cut, not predicted`), `only predicted` (the truth is empty), `absent` (in both) and `not annotated`
    (the truth does not know: no numbers).
    `summary` averages with that in mind.

    Values equal DeepMind's surface-distance (Nikolov et al., 2018) by default; `surface`, `direction`, `percentile`, `assd`
    and `nsd` choose otherwise (see `Convention`, and `CONVENTIONS` for what other tools do). What was chosen stands in
    `attrs`. Where one side is empty DSC and NSD are 0 and distances infinite; where both are, DSC and NSD are NaN.
    InputError: grids that differ, masks that are not bool or whole numbers, a structure on neither side, a bad spacing or
    tolerance, a choice that there is not.
    """
    convention = Convention(surface, direction, percentile, assd, nsd)
    ours, theirs = plain(prediction, "prediction"), plain(truth, "truth")
    ours = on_one_grid(ours, theirs, resample)
    size = _spacing(spacing, theirs, ours)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = list(_measured(ours, theirs, structures, size, convention, pool.map))
        tolerances = check_tolerances(tolerance_mm, [one.name for one in measured])
        rows = pool.map(lambda one: _row(one, convention, tolerances.get(one.name), size), measured)
    columns = [name for name in COLUMNS if name != "nsd" or tolerance_mm is not None]
    table = pd.DataFrame(list(rows), columns=["structure", *columns]).set_index("structure")
    tolerance = dict(tolerance_mm) if isinstance(tolerance_mm, Mapping) else tolerance_mm
    chosen = {"tolerance_mm": tolerance, "spacing_mm": size, "empty": EMPTY, "atlas_lab": __version__}
    table.attrs.update(convention.as_dict() | chosen)
    return table


COLUMNS = (
    "dsc", "iou", "precision", "recall", "nsd", "hd", "hd95", "assd", "volume_ml", "truth_volume_ml", "volume_difference_ml",
    "volume_difference", "voxels", "truth_voxels", "common_voxels", "flag",
)  # fmt: skip


def _measured(
    ours: Any, theirs: Any, structures: Structures | None, spacing: Spacing, convention: Convention, run: Callable[..., Any]
) -> Iterator[Measured]:
    if structures is not None and not isinstance(structures, str | Mapping):
        structures = [str(name) for name in structures]
        if not structures:
            raise InputError("structures=[]: name at least one structure, or leave it out to score all")
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        labels = _labels(structures, masks=ours.dtype == theirs.dtype == bool)
        return measure_arrays(ours, theirs, labels, spacing, convention.surface, run)
    ids = ids_of(structures, theirs, ours)
    predicted, annotated = masks_of(ours, ids, "prediction"), masks_of(theirs, ids, "truth")
    if structures is None:
        names = list(dict.fromkeys([*names_in(theirs, ids), *names_in(ours, ids)]))
    else:
        names = [structures] if isinstance(structures, str) else list(structures)
    for name in names:
        if name not in predicted and name not in annotated:
            known = list(dict.fromkeys([*annotated, *predicted]))
            raise InputError(f"structures: {name!r} is on neither side: {nearest(name, known)}there are {', '.join(known)}")
    return measure_masks(predicted, annotated, names, spacing, convention.surface, run)


def _labels(structures: str | list[str] | Mapping[str, int] | None, *, masks: bool) -> Mapping[str, int] | None:
    """Name → label for two arrays; None: every label. InputError: names alone, where the arrays hold more than one label."""
    if isinstance(structures, Mapping):
        return check_names(structures)
    if masks:
        names = ["mask"] if structures is None else [structures] if isinstance(structures, str) else structures
        if len(names) == 1:
            return {names[0]: 1}
        raise InputError(f"structures: two bool masks are one structure, not {', '.join(names)}; give masks by name instead")
    if structures is not None:
        raise InputError("structures: arrays of labels have no names; say which label is which: structures={'liver': 5}")
    return None


def _row(one: Measured, convention: Convention, tolerance_mm: float | None, spacing: Spacing) -> dict[str, Any]:
    row: dict[str, Any] = {"structure": one.name, "flag": one.flag}
    if one.counts is not None and one.pair is not None:
        row |= overlap(one.counts, float(np.prod(spacing)) / 1000)
        row |= surface_metrics(one.pair, convention, tolerance_mm)
    return row


def _spacing(spacing: Any, *sides: Any) -> Spacing:
    known = next((side.spacing for side in sides if isinstance(side, LabelMap)), None)
    if known is None:
        if spacing is None:
            raise InputError("spacing: arrays do not say how large a voxel is; give mm along x, y and z")
        return check_spacing(spacing)
    if spacing is not None and not np.allclose(check_spacing(spacing), known, rtol=1e-3):
        raise InputError(f"spacing={tuple(cast(Any, spacing))}: the label map has {known} mm; leave spacing out")
    return check_spacing(known)
