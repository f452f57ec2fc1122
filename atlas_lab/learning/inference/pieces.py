"""Arrays that are put together from slabs, each kept as the box around what is not 0 in it."""

from typing import cast

import numpy as np

Box = tuple[slice, slice, slice]
EMPTY: Box = (slice(0, 0), slice(0, 0), slice(0, 0))


class Pieces:
    """One class of a volume (x, y, z) that arrives slab by slab along an axis: a mask, or numbers that are mostly 0."""

    def __init__(self, dtype: np.dtype | type) -> None:
        self._dtype = dtype
        self._held: list[tuple[Box, np.ndarray]] = []

    def add(self, first: int, axis: int, part: np.ndarray) -> None:
        """A slab that begins at `first` along `axis`."""
        box = box_of(part)
        if box != EMPTY:
            moved = [slice(s.start + first, s.stop + first) if a == axis else s for a, s in enumerate(box)]
            self._held.append((cast(Box, tuple(moved)), part[box].copy()))

    def joined(self) -> tuple[Box, np.ndarray]:
        """The box around all of it and what is in there; the pieces are given up."""
        if not self._held:
            return EMPTY, np.zeros((0, 0, 0), dtype=self._dtype)
        sides = zip(*(box for box, _ in self._held), strict=True)
        hull = [slice(min(s.start for s in side), max(s.stop for s in side)) for side in sides]
        whole = np.zeros([s.stop - s.start for s in hull], dtype=self._dtype)
        while self._held:
            box, part = self._held.pop()
            whole[tuple(slice(b.start - h.start, b.stop - h.start) for b, h in zip(box, hull, strict=True))] = part
        return cast(Box, tuple(hull)), whole


def box_of(array: np.ndarray) -> Box:
    """The smallest box around what is not 0; each axis is searched in what the last one left, so little is read twice."""
    box: list[slice] = []
    for axis in range(3):
        left = array[tuple(box)]
        hit = np.flatnonzero(left.any(axis=tuple(a for a in range(3) if a != axis)))
        if hit.size == 0:
            return EMPTY
        box.append(slice(int(hit[0]), int(hit[-1]) + 1))
    return box[0], box[1], box[2]
