"""All labels of a voxel in one whole number: bit c is set where class c is."""

import numpy as np
import torch

from atlas_lab.errors import InputError

MOST_CLASSES = 63  # a batch carries int64, whose last bit is the sign


def dtype_for(classes: int) -> np.dtype:
    """The narrowest type on disk that has a bit for each class. InputError: more than 63 classes."""
    if classes > MOST_CLASSES:
        raise InputError(f"{classes} classes do not fit into the bits of one number; train on at most {MOST_CLASSES} at once")
    return np.dtype(next(kind for width, kind in ((8, "u1"), (16, "u2"), (32, "u4"), (63, "i8")) if classes <= width))


def expand(bits: torch.Tensor, classes: int) -> torch.Tensor:
    """Whole numbers (B, X, Y, Z) → bool (B, classes, X, Y, Z), on the device they are on."""
    shape = (bits.shape[0], classes, *bits.shape[1:])
    if bits.device.type == "cpu":  # NumPy asks for huge pages, which are there several times sooner than torch's small ones
        masks = torch.from_numpy(np.empty(shape, dtype=np.bool_))
    else:
        masks = torch.empty(shape, dtype=torch.bool, device=bits.device)
    numbers = masks.view(torch.uint8)
    for first in range(0, classes, 8):
        byte = (bits >> first).to(torch.uint8)  # work on single bytes is several times faster than on int64
        for c in range(first, min(first + 8, classes)):
            torch.bitwise_and(byte, 1 << (c - first), out=numbers[:, c])
            numbers[:, c].clamp_(max=1)
    return masks
