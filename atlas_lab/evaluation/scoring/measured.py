"""One structure, measured: its voxels, its two surfaces, and whether it may be averaged."""

from dataclasses import dataclass
from typing import Literal

from atlas_lab.evaluation.metrics import Counts
from atlas_lab.evaluation.surfaces import SurfacePair

Flag = Literal[
    "", "missed", "not predicted", "cut", "cut, missed", "cut, not predicted", "only predicted", "absent", "not annotated"
]
COUNTED: tuple[Flag, ...] = ("", "missed", "not predicted")
"""Rows that a mean holds: the truth has the whole structure. The others are shown beside it."""
CUT: tuple[Flag, ...] = ("cut", "cut, missed", "cut, not predicted")
"""Rows whose truth touches the edge of the field of view."""


@dataclass(frozen=True)
class Measured:
    """A structure in two maps; without counts where the truth says nothing of it."""

    name: str | int
    flag: Flag
    counts: Counts | None = None
    pair: SurfacePair | None = None


def flag_of(counts: Counts, *, cut: bool, predicted: bool) -> Flag:
    """What must be said of a structure that the truth was annotated for.

    `cut`: the truth touches the edge of the field of view; `predicted`: the prediction says anything of the structure.
    """
    if not counts.truth:
        return "only predicted" if counts.prediction else "absent"
    if counts.prediction:
        return "cut" if cut else ""
    if predicted:
        return "cut, missed" if cut else "missed"
    return "cut, not predicted" if cut else "not predicted"
