"""One change of one structure's mask."""

from dataclasses import dataclass

import numpy as np

from atlas_lab.viewers.edits.runs import count


@dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class Edit:
    """The voxels of `structure` that really changed: each voxel of `runs` (uint32, (n, 2)) was `not value` before.

    `action` says how it came about: "paint", "erase", "fill", "grow", "interpolate", "undo", "redo", …
    """

    structure: str
    value: bool
    runs: np.ndarray
    action: str

    @property
    def voxels(self) -> int:
        """How many voxels changed; 0 for an edit without effect."""
        return count(self.runs)

    def repeats(self, other: "Edit") -> bool:
        """Whether this edit does what the other does."""
        return self.structure == other.structure and self.value == other.value and np.array_equal(self.runs, other.runs)

    def takes_back(self, other: "Edit") -> bool:
        """Whether this edit is the other's reverse."""
        return self.structure == other.structure and self.value != other.value and np.array_equal(self.runs, other.runs)
