"""Boxes of voxels: widened, shifted, overlapping; and masks that are kept as the box around them."""

from collections.abc import Sequence

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.synthesis.tissue import Box


def corner(box: Box) -> tuple[int, int, int]:
    """Its first voxel."""
    return tuple(part.start for part in box)


def overlap(box: Box, first: Sequence[int], shape: Sequence[int]) -> tuple[Box, Box]:
    """What a box shares with another whose first voxel is `first`: as slices of the other's arrays, and of its own."""
    there, own = [], []
    for part, start, side in zip(box, first, shape, strict=True):
        low, high = max(part.start - start, 0), min(part.stop - start, side)
        there.append(slice(low, max(high, low)))
        own.append(slice(low + start - part.start, max(high, low) + start - part.start))
    return tuple(there), tuple(own)  # type: ignore[return-value]


def shifted(box: Box, first: Sequence[int]) -> Box:
    """A box of voxels counted from `first`, counted from 0."""
    return tuple(slice(part.start + start, part.stop + start) for part, start in zip(box, first, strict=True))  # type: ignore[return-value]


def widened(box: Box, shape: Sequence[int], spacing: Sequence[float], margin_mm: float) -> Box:
    """The box with a margin on each side, cut at the faces of an image of `shape`."""
    around = [int(np.ceil(margin_mm / side)) for side in spacing]
    wide = (slice(max(p.start - a, 0), min(p.stop + a, n)) for p, a, n in zip(box, around, shape, strict=True))
    return tuple(wide)  # type: ignore[return-value]


def shape_of(box: Box) -> tuple[int, int, int]:
    return tuple(part.stop - part.start for part in box)


def cropped(mask: np.ndarray | CroppedMask) -> CroppedMask:
    return mask if isinstance(mask, CroppedMask) else CroppedMask.of(mask)


def add(into: np.ndarray, mask: CroppedMask, box: Box) -> None:
    """OR a mask into an array that stands for a box of the same image."""
    here, own = overlap(mask.box, corner(box), into.shape)
    into[here] |= mask.crop[own]


def placed(mask: np.ndarray, box: Box, shape: tuple[int, int, int]) -> CroppedMask:
    """A bool array on a box as a mask of the whole image of `shape`."""
    own = CroppedMask.of(mask)
    return CroppedMask(shape, shifted(own.box, corner(box)), own.crop)


def warped(mask: np.ndarray, warp: np.ndarray) -> np.ndarray:
    """A bool mask (x, y, z) after tissue moved: voxel v shows what was at v + warp[:, v], in voxels, the nearest one."""
    strides = np.cumprod((1, *mask.shape[:0:-1]))[::-1]
    place = np.zeros(mask.shape, np.intp)
    for axis, (shift, count, stride) in enumerate(zip(warp, mask.shape, strides, strict=True)):
        along = np.arange(count, dtype=np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
        at = np.floor(along + shift + np.float32(0.5)).astype(np.intp)
        place += np.clip(at, 0, count - 1, out=at) * stride
    return np.ascontiguousarray(mask).ravel()[place]


def moved(mask: CroppedMask, box: Box, warp: np.ndarray) -> CroppedMask:
    """A mask of a whole image after the tissue in `box` moved by `warp`, float32 (3, x, y, z)."""
    before = np.zeros(shape_of(box), bool)
    add(before, mask, box)
    if not before.any():
        return mask
    after = mask.full
    after[box] = warped(before, warp)
    return CroppedMask.of(after)
