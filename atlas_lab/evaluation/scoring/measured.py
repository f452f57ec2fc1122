"""One structure, measured: its voxels, its two surfaces, and whether it may be averaged."""

from dataclasses import dataclass
from typing import Literal

from atlas_lab.evaluation.metrics import Counts
from atlas_lab.evaluation.surfaces import SurfacePair

Flag = Literal["", "cut", "missed", "not predicted", "only predicted", "absent", "not annotated"]
COUNTED: tuple[Flag, ...] = ("", "missed", "not predicted")
"""Rows that a mean holds: the truth has the whole structure. The others are shown beside it."""


@dataclass(frozen=True)
class Measured:
    """A structure in two maps; without counts where the truth says nothing of it."""

    name: str | int
    flag: Flag
    counts: Counts | None = None
    pair: SurfacePair | None = None


def flag_of(counts: Counts, *, cut: bool, predicted: bool) -> Flag:
    """What must be said of a structure that the truth was annotated for.

    `cut`: the truth touches the edge of the field of view, and counts in no mean, found or not; `predicted`: the prediction
    says anything of the structure.
    """
    if not counts.truth:
        return "only predicted" if counts.prediction else "absent"
    if cut:
        return "cut"
    if not counts.prediction:
        return "missed" if predicted else "not predicted"
    return ""
