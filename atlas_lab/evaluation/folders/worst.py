"""The worst cases of each structure, and pictures of what is wrong in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from atlas_lab.data import geometry
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.opening import open_ct
from atlas_lab.evaluation.folders.pair import open_pair
from atlas_lab.evaluation.folders.result import Evaluation
from atlas_lab.figures import error_map
from atlas_lab.figures.names import display
from atlas_lab.figures.planes import VIEWS, Plane
from atlas_lab.figures.sheet import Sheet

_MARGIN_MM, _LEAST_MM = 25, 120  # around a structure, and of a picture: enough of the patient to know where it is
_EMPTY_HU = 60  # grey in the window of soft tissue, on which every colour shows: there is no CT
_JUDGED = ("", "missed", "cut", "cut, missed")  # of "not predicted" there is nothing to see

Box = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Worst:
    """A case of a structure, and the picture of its errors: None where it cannot be drawn."""

    structure: str
    id: str
    row: pd.Series
    picture: Sheet | None


def worst_rows(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Of each structure the rows with the lowest DSC (of equals the larger HD95) that were predicted, cut ones included.

    A row without an error is not among the worst, however few there are.
    """
    judged = table[table["flag"].isin(_JUDGED) & (table["dsc"] < 1)]
    order = judged.sort_values(["dsc", "hd95"], ascending=[True, False], kind="stable")
    return order.groupby(level="structure", sort=False).head(count)


def worst_cases(evaluation: Evaluation, count: int) -> Iterator[Worst]:
    """The `count` worst cases of each structure, the worst first; each is drawn when its turn comes."""
    rows = worst_rows(evaluation.table, count)
    for structure in evaluation.summary.index:
        of_structure = rows[rows.index.get_level_values("structure") == structure]
        for (id, _), row in of_structure.iterrows():
            yield Worst(str(structure), str(id), row, _picture(evaluation, str(id), str(structure)))


def _picture(evaluation: Evaluation, id: str, structure: str) -> Sheet | None:
    pair = next((pair for pair in evaluation.pairs if pair.id == id), None)
    if pair is None or evaluation.options is None:
        return None
    try:
        opened = open_pair(pair, evaluation.options)
        ct = open_ct(pair.truth)
        theirs = opened.truth.cropped(structure)
    except InputError:  # the file changed since it was scored
        return None
    empty = CroppedMask.of(np.zeros(theirs.shape, dtype=bool))
    known = opened.prediction is not None and structure in opened.prediction
    ours = opened.prediction.cropped(structure) if known and opened.prediction is not None else empty
    truth, affine = opened.truth, opened.truth.affine
    box = _box_around([theirs, ours], truth.spacing)
    on_grid = ct is not None and geometry.same_grid(ct.shape, ct.affine, truth.shape, affine)
    size = tuple(side.stop - side.start for side in box)
    hu = ct.array[box] if ct is not None and on_grid else np.broadcast_to(np.int16(_EMPTY_HU), size)
    moved = affine.copy()
    moved[:3, 3] = (affine @ [*(side.start for side in box), 1])[:3]
    maps = [LabelMap({structure: mask.full[box]}, moved) for mask in (ours, theirs)]
    sheet = error_map(Volume(hu, moved), *maps, structures=structure, title=f"{id}, {display(structure)}")
    _number_slices(sheet, box, truth.shape)
    return sheet


def _number_slices(sheet: Sheet, box: Box, shape: tuple[int, int, int]) -> None:
    """Count the slices of a picture of a box as those of the whole scan, where a reader looks for them."""
    for ax in sheet.axes:
        named = re.fullmatch(r"(axial|coronal|sagittal), slice (\d+) of \d+", ax.get_title())
        if named:
            plane, number = cast(Plane, named[1]), int(named[2])
            axis = VIEWS[plane].axis
            ax.title.set_text(f"{plane}, slice {number + box[axis].start} of {shape[axis]}")


def _box_around(masks: list[CroppedMask], spacing: tuple[float, float, float]) -> Box:
    """The box around both masks with a margin, at least so large where the field of view is; all of it without a voxel."""
    shape, boxes = masks[0].shape, [mask.box for mask in masks if mask.voxels]
    sides = []
    for axis, (size, mm) in enumerate(zip(shape, spacing, strict=True)):
        low = min((box[axis].start for box in boxes), default=0) - _MARGIN_MM / mm
        high = max((box[axis].stop for box in boxes), default=size) + _MARGIN_MM / mm
        lacking = max(_LEAST_MM / mm - (high - low), 0) / 2
        sides.append(slice(max(int(low - lacking), 0), min(int(np.ceil(high + lacking)), size)))
    return sides[0], sides[1], sides[2]
