"""The connected pieces of a mask, or the instances it already names, kept as lists of their voxels."""

from dataclasses import dataclass
from typing import Literal

import cc3d
import numpy as np

Order = Literal["C", "F"]
Box = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Frame:
    """The part of the grid that holds all foreground, and the order in memory in which its voxels are counted.

    On the high side of each axis it is one voxel larger: cc3d 4.1 fails on lines of voxels such as 1 0 1.
    """

    box: Box
    order: Order

    @property
    def shape(self) -> tuple[int, ...]:
        """Voxels along x, y and z."""
        return tuple(side.stop - side.start + 1 for side in self.box)

    def foreground(self, array: np.ndarray) -> np.ndarray:
        """What is not 0 in the frame's part of an array (x, y, z)."""
        mask = np.zeros(self.shape, bool, order=self.order)
        mask[:-1, :-1, :-1] = array[self.box] != 0
        return mask

    def places(self, voxels: np.ndarray) -> tuple[np.ndarray, ...]:
        """The x, y and z on the whole grid of positions in the frame."""
        inside = np.unravel_index(voxels, self.shape, order=self.order)
        return tuple(place + side.start for place, side in zip(inside, self.box, strict=True))


@dataclass(frozen=True)
class Components:
    """`count` lesions or candidates: what each is called, its voxels, centroid and box on the whole grid (half-open).

    `voxels` are positions in the frame, ascending; `number` says of which component (0 and up) each of them is.
    """

    labels: np.ndarray
    voxels: np.ndarray
    number: np.ndarray
    sizes: np.ndarray
    centroids: np.ndarray
    starts: np.ndarray
    stops: np.ndarray

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.labels)


def frame_of(*masks: np.ndarray) -> Frame:
    """The smallest box around all that is not 0 in arrays of one shape."""
    sides = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        filled = np.flatnonzero(np.logical_or.reduce([mask.any(axis=others) for mask in masks]))
        sides.append(slice(int(filled[0]), int(filled[-1]) + 1) if filled.size else slice(0, 0))
    return Frame((sides[0], sides[1], sides[2]), "F" if masks[0].flags.f_contiguous else "C")


def components(array: np.ndarray, frame: Frame, *, instances: bool) -> Components:
    """The 26-connected pieces of an array's foreground, or the labels of an array of instances.

    Pieces are numbered from 1 by their first voxel, x before y before z, however the array lies in memory.
    """
    mask = frame.foreground(array)
    voxels = np.flatnonzero(mask.ravel(frame.order))
    places = frame.places(voxels)
    if instances and array.dtype != bool:
        labels, number = np.unique(array[places], return_inverse=True)
    else:
        pieces = cc3d.connected_components(mask, connectivity=26)
        number = _in_order(pieces.ravel(frame.order)[voxels].astype(np.int64) - 1, places, array.shape)
        labels = np.arange(1, number.max(initial=-1) + 2)
    count, sizes = len(labels), np.bincount(number, minlength=len(labels))
    centroids, starts, stops = np.zeros((count, 3)), np.full((count, 3), max(array.shape)), np.zeros((count, 3), np.int64)
    for axis, place in enumerate(places):
        centroids[:, axis] = np.bincount(number, place, count) / sizes
        np.minimum.at(starts[:, axis], number, place)
        np.maximum.at(stops[:, axis], number, place + 1)
    return Components(labels.astype(np.int64), voxels, number, sizes, centroids, starts, stops)


def _in_order(number: np.ndarray, places: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> np.ndarray:
    """The numbers of pieces, given anew by their first voxel."""
    first = np.full(number.max(initial=-1) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, number, np.ravel_multi_index(places, shape))
    return np.argsort(np.argsort(first))[number]
