"""Where the windows of a volume lie, which of them hold more than air, and how they are blended."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch

Size = tuple[int, int, int]
Place = tuple[int, ...]
AIR = -1024  # HU of what lies beside a volume that is smaller than a window
_SIGMA = 0.125  # of the blending weights, in shares of a window; as MONAI and nnU-Net have it
_LEAST = 1e-3
_SEEN = 1e-3  # a window with a smaller share of voxels above the lowest HU is air


def starts(shape: Sequence[int], patch: Size, overlap: float) -> list[list[int]]:
    """Where windows begin along each axis: a step of a share of the window, the last one at the end."""
    return [_along(size, side, overlap) for size, side in zip(shape, patch, strict=True)]


def blending_weights(patch: Size) -> torch.Tensor:
    """A Gaussian around a window's middle, float32 of its shape."""
    sides = []
    for side in patch:
        from_middle = (torch.arange(side) - (side - 1) / 2) / (_SIGMA * side)
        sides.append(torch.exp(-0.5 * from_middle**2))
    return torch.einsum("i,j,k->ijk", *sides).clamp_min(_LEAST)


def padded(hu: np.ndarray, patch: Size) -> np.ndarray:
    """The CT, at least as large as a window along each axis: air comes behind its last voxel."""
    more = [(0, max(side - size, 0)) for size, side in zip(hu.shape, patch, strict=True)]
    return np.pad(hu, more, constant_values=AIR) if any(after for _, after in more) else hu


def cut(hu: np.ndarray, place: Place, patch: Size) -> np.ndarray:
    """The window that begins at `place`, a view."""
    return hu[tuple(slice(start, start + side) for start, side in zip(place, patch, strict=True))]


def is_seen(hu: np.ndarray, window: tuple[float, float]) -> bool:
    """Whether there is more than air in it."""
    return bool(np.count_nonzero(hu > window[0]) > _SEEN * hu.size)


def chunks(places: list[Place], size: int) -> Iterator[list[Place]]:
    """As many places at once, the rest last."""
    for start in range(0, len(places), size):
        yield places[start : start + size]


def _along(size: int, side: int, overlap: float) -> list[int]:
    step = max(int(side * (1 - overlap)), 1)
    return [min(step * number, size - side) for number in range(math.ceil((size - side) / step) + 1)]
