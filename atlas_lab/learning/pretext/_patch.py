"""Patches of one case for pictures: 96³ voxels of 1.5 mm, in [0, 1]."""

import numpy as np
import torch
from torch.nn import functional

from atlas_lab.data.case import Case
from atlas_lab.data.transforms import window as grey
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures._given import parts
from atlas_lab.figures.multiplanar import At, resolve

SIDE, SPACING_MM = 96, 1.5  # of SuPreM's recipe (ICLR 2024)

_AIR_HU, _BODY_HU = -1000, -500
_TRIES = 4096


def patches(case: Case | Volume, window: tuple[float, float], at: At, count: int, seed: int) -> torch.Tensor:
    """(count, 1, 96, 96, 96) in [0, 1]: around `at`, then around random voxels of the body. Outside the CT is air."""
    volume, labels = parts(case)
    if isinstance(at, str) and isinstance(case, Volume):
        raise InputError(f"cannot look at {at!r}: a Volume has no structures; give the Case, or a voxel (x, y, z)")
    middle = (volume.shape[0] // 2, volume.shape[1] // 2, volume.shape[2] // 2)
    centres = [resolve(middle if at is None else at, volume, labels), *_within_body(volume, count - 1, seed)]
    return torch.stack([_patch(volume, voxel, window) for voxel in centres])


def _within_body(volume: Volume, count: int, seed: int) -> list[tuple[int, int, int]]:
    rng = np.random.default_rng(seed)
    voxels = rng.integers(0, volume.shape, size=(_TRIES, 3)) if count else np.empty((0, 3), dtype=int)
    inside = volume.array[tuple(voxels.T)] > _BODY_HU
    chosen = np.concatenate([voxels[inside], voxels[~inside]])[:count]
    return [(int(x), int(y), int(z)) for x, y, z in chosen]


def _patch(volume: Volume, voxel: tuple[int, ...], window: tuple[float, float]) -> torch.Tensor:
    """(1, 96, 96, 96) with `voxel` as near its middle as the border of the CT lets it be."""
    slices, padding = [], []
    for where, side, spacing in zip(voxel, volume.shape, volume.spacing, strict=True):
        size = max(round(SIDE * SPACING_MM / spacing), 1)
        start = min(max(where - size // 2, 0), side - size) if side >= size else (side - size) // 2
        slices.append(slice(max(start, 0), min(start + size, side)))
        padding.append((max(-start, 0), max(start + size - side, 0)))
    box = np.pad(volume.array[tuple(slices)], padding, constant_values=_AIR_HU)
    low, high = window
    values = torch.from_numpy(grey(box, ((low + high) / 2, high - low)))
    return functional.interpolate(values[None, None], size=(SIDE,) * 3, mode="trilinear", align_corners=False)[0]
