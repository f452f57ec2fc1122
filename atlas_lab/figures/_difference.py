"""Where two sets of masks agree and where not, voxel by voxel."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.figures._place import At, fullest, resolve


@dataclass(frozen=True)
class Difference:
    """Four bool arrays (x, y, z) that do not overlap.

    `both` are voxels that agree in every mask, `first` those that only first masks hold, `second` those that only
    second ones hold, `swapped` those that first and second give to different structures.
    """

    both: np.ndarray
    first: np.ndarray
    second: np.ndarray
    swapped: np.ndarray

    @classmethod
    def of(cls, pairs: Iterable[tuple[CroppedMask, CroppedMask]], shape: tuple[int, int, int]) -> "Difference":
        """Of pairs of masks, a pair a structure, on a grid of `shape`."""
        both, first, second = (np.zeros(shape, dtype=bool) for _ in range(3))
        for a, b in pairs:
            box = _around(a, b)
            inside, other = _in(a, box), _in(b, box)
            both[box] |= inside & other
            first[box] |= inside & ~other
            second[box] |= other & ~inside
        swapped = first & second
        return cls(both & ~first & ~second, first & ~swapped, second & ~swapped, swapped)

    def place(self, at: At, volume: Volume, labels: LabelMap) -> tuple[int, int, int]:
        """The voxel that `at` means, or else for each axis the slice in which most voxels differ, or if none does, agree."""
        if at is None:
            for mask in (self.first | self.second | self.swapped, self.both):
                if mask.any():
                    return fullest(mask)
        return resolve(at, volume, labels)


def _around(a: CroppedMask, b: CroppedMask) -> tuple[slice, slice, slice]:
    """The box that holds both; an empty mask has an empty one, which does not count."""
    if not (a.voxels and b.voxels):
        return a.box if a.voxels else b.box
    x, y, z = (slice(min(s.start, t.start), max(s.stop, t.stop)) for s, t in zip(a.box, b.box, strict=True))
    return x, y, z


def _in(mask: CroppedMask, box: tuple[slice, slice, slice]) -> np.ndarray:
    """The part of a mask in a box that holds all of it."""
    out = np.zeros([side.stop - side.start for side in box], dtype=bool)
    if mask.voxels:
        out[tuple(slice(s.start - b.start, s.stop - b.start) for s, b in zip(mask.box, box, strict=True))] = mask.crop
    return out
