"""Boxes around masks: cut tight, put into a larger one, joined."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.inference.pieces import EMPTY, Box, box_of


def tight(shape: tuple[int, int, int], box: Box, crop: np.ndarray) -> CroppedMask:
    """What is True in `crop`, which fills `box` of a grid, in the smallest box."""
    inner = box_of(crop)
    if inner == EMPTY:
        return CroppedMask(shape, EMPTY, np.zeros((0, 0, 0), bool))
    moved = cast(Box, tuple(slice(i.start + b.start, i.stop + b.start) for i, b in zip(inner, box, strict=True)))
    return CroppedMask(shape, moved, np.ascontiguousarray(crop[inner]))


def within(mask: CroppedMask, box: Box) -> np.ndarray:
    """The part of a mask in a box of its grid, bool of the box's shape."""
    out = np.zeros([side.stop - side.start for side in box], bool)
    shared = [(max(m.start, b.start), min(m.stop, b.stop)) for m, b in zip(mask.box, box, strict=True)]
    if all(low < high for low, high in shared):
        target = tuple(slice(low - b.start, high - b.start) for (low, high), b in zip(shared, box, strict=True))
        source = tuple(slice(low - m.start, high - m.start) for (low, high), m in zip(shared, mask.box, strict=True))
        out[target] = mask.crop[source]
    return out


def hull(masks: Sequence[CroppedMask], margin: tuple[int, int, int] = (0, 0, 0)) -> Box:
    """The box around all masks and `margin` voxels more, within the grid; empty when they are."""
    boxes = [mask.box for mask in masks if mask.voxels]
    if not boxes:
        return EMPTY
    x, y, z = (
        slice(max(min(s.start for s in side) - more, 0), min(max(s.stop for s in side) + more, size))
        for side, more, size in zip(zip(*boxes, strict=True), margin, masks[0].shape, strict=True)
    )
    return x, y, z
