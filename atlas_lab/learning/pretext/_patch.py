"""Patches of one case for pictures: 96³ voxels of 1.5 mm, in [0, 1]."""

import numpy as np
import torch
from torch.nn import functional

from atlas_lab.data.case import Case
from atlas_lab.data.transforms import window as grey
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.planes import centre

SIDE, SPACING_MM = 96, 1.5  # of SuPreM's recipe (ICLR 2024)

At = str | tuple[int, int, int] | None

_AIR_HU, _BODY_HU = -1000, -500
_TRIES = 4096


def patches(case: Case | Volume, window: tuple[float, float], at: At, count: int, seed: int) -> torch.Tensor:
    """(count, 1, 96, 96, 96) in [0, 1]: around `at`, then around random voxels of the body. Outside the CT is air."""
    if not isinstance(case, Case | Volume):
        raise InputError(f"{type(case).__name__} is neither a Case nor a Volume; al.Case.open(path) opens one")
    volume = case.ct if isinstance(case, Case) else case
    centres = [_resolve(case, volume, at), *_within_body(volume, count - 1, seed)]
    return torch.stack([_patch(volume, voxel, window) for voxel in centres])


def _resolve(case: Case | Volume, volume: Volume, at: At) -> tuple[int, ...]:
    if at is None:
        return tuple(side // 2 for side in volume.shape)
    if isinstance(at, str):
        if not isinstance(case, Case):
            raise InputError(f"cannot look at {at!r}: a Volume has no structures; give the Case, or a voxel (x, y, z)")
        return centre(case.labels, at)
    if len(at) != 3 or not all(0 <= v < n for v, n in zip(at, volume.shape, strict=True)):
        raise InputError(f"voxel {tuple(at)} lies outside the volume of shape {volume.shape}")
    return tuple(at)


def _within_body(volume: Volume, count: int, seed: int) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    voxels = rng.integers(0, volume.shape, size=(_TRIES, 3)) if count else np.empty((0, 3), dtype=int)
    inside = volume.array[tuple(voxels.T)] > _BODY_HU
    chosen = np.concatenate([voxels[inside], voxels[~inside]])[:count]
    return [tuple(int(v) for v in voxel) for voxel in chosen]


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
