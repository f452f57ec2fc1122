"""What a model says beside what is true, case by case."""

from collections.abc import Sequence

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError
from atlas_lab.figures._contact_sheet import Tile, contact_sheet
from atlas_lab.figures._given import check_opacity, labels_on
from atlas_lab.figures._layers import structure_layers
from atlas_lab.figures._place import crowded
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import shown_structures, size_mm
from atlas_lab.figures.sheet import Sheet


def predictions(
    cases: Case | Sequence[Case],
    answers: LabelMap | Sequence[LabelMap],
    *,
    opacity: float = 0.25,
    window: Window = "soft tissue",
    title: str = "",
) -> Sheet:
    """Two tiles a case, on the axial slice that shows most of its structures: these, and beside them those predicted.

    `answers` are label maps on the grids of the cases, in their order; the same structure has the same colour in both
    tiles, filled at `opacity` 0-1. InputError: no case, another number of answers, one on another grid.
    """
    known = [cases] if isinstance(cases, Case) else list(cases)
    said = [answers] if isinstance(answers, LabelMap) else list(answers)
    if not known or len(known) != len(said):
        raise InputError(f"predictions: {len(known)} cases and {len(said)} answers; give an answer for each case, at least one")
    check_opacity(opacity)
    tiles = []
    for case, answer in zip(known, said, strict=True):
        labels_on(case.ct, answer, f"the answer for {case.id}")
        index = crowded(case.labels, "axial")
        width, height = size_mm("axial", case.ct.shape, case.ct.spacing)
        for labels, words in ((case.labels, "truth"), (answer, "prediction")):
            layers = structure_layers(labels, shown_structures(labels, None), opacity)
            tiles.append(Tile(case.ct, "axial", index, (0.0, 0.0, width, height), layers, [case.id, words]))
    return contact_sheet(tiles, window=window, heading=title)
