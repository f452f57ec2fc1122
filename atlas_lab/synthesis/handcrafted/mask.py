"""Which voxels a shape takes."""

import numpy as np
from scipy import ndimage

REGROWTH = 1.15  # how much further than its shape, in radii, a tumour may reach to make up for what it could not have


def fill(levels: np.ndarray, allowed: np.ndarray, voxels: int) -> np.ndarray:
    """Bool (x, y, z): the `voxels` allowed ones that lie deepest in a shape, in one piece, fewer where there is no room.

    `levels` as `Shape.levels` gives them. Counting voxels in place of cutting at level 1 keeps a tumour's volume on voxels
    nearly as large as itself, and where it is pressed against its organ's surface.
    """
    near = levels < REGROWTH**2
    room = np.logical_and(near, allowed, order="C")
    if not np.array_equal(room, near):
        room = _largest_piece(room)
    depths = levels[room]
    if depths.size > voxels:
        room &= levels <= np.partition(depths, voxels - 1)[voxels - 1]
    return room


def _largest_piece(mask: np.ndarray) -> np.ndarray:
    pieces, count = ndimage.label(mask)
    return mask if count < 2 else pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
