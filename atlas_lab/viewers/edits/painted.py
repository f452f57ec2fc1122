"""One structure's mask while it is painted on."""

import math

import numpy as np

from atlas_lab.data.masks import CroppedMask, bounding_box
from atlas_lab.viewers.edits import runs as voxel_runs


class PaintedMask:
    """A bool array (x, y, z), whole and in Fortran order: `flat` is the same voxels by flat index (see `runs`)."""

    def __init__(self, mask: CroppedMask) -> None:
        self.shape = mask.shape
        self.flat = np.zeros(math.prod(mask.shape), dtype=bool)
        self.array = self.flat.reshape(mask.shape, order="F")
        self.array[mask.box] = mask.crop
        self._box = mask.box  # outside it there is no voxel; erasing does not make it smaller
        self._cropped: CroppedMask | None = mask

    def set(self, runs: np.ndarray, value: bool) -> None:
        """Set the runs to `value`."""
        if len(runs) == 0:
            return
        voxel_runs.apply(self.array, runs, value)
        if value:
            box = voxel_runs.box_of(runs, self.shape)
            self._box = box if self._empty else tuple(map(_around, self._box, box))  # type: ignore[assignment]
        self._cropped = None

    @property
    def _empty(self) -> bool:
        return any(side.start == side.stop for side in self._box)

    @property
    def cropped(self) -> CroppedMask:
        """The mask as it is now, a copy cropped to its box."""
        if self._cropped is None:
            part = self.array[self._box]
            inner = bounding_box(part)
            if inner[0].stop == 0:
                self._box = inner
            else:
                self._box = tuple(slice(o.start + i.start, o.start + i.stop) for o, i in zip(self._box, inner, strict=True))  # type: ignore[assignment]
            self._cropped = CroppedMask(self.shape, self._box, np.array(part[inner], order="F"))
        return self._cropped


def holds(mask: CroppedMask, indices: np.ndarray) -> np.ndarray:
    """Which of some voxels (flat indices) belong to a mask; bool, one each."""
    inside = np.ones(len(indices), dtype=bool)
    place = []
    for axis, side in zip(np.unravel_index(indices, mask.shape, order="F"), mask.box, strict=True):
        inside &= (axis >= side.start) & (axis < side.stop)
        place.append(axis - side.start)
    inside[inside] = mask.crop[tuple(axis[inside] for axis in place)]
    return inside


def values_at(array: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """The values of an array (x, y, z), in whatever order it lies in memory, at flat indices."""
    return array[np.unravel_index(indices, array.shape, order="F")]


def _around(one: slice, other: slice) -> slice:
    return slice(min(one.start, other.start), max(one.stop, other.stop))
