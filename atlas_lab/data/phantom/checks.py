"""What may be asked of a phantom patient, checked before anything is drawn."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas_lab.anatomy import ORGANS, PHASES, organ, structure
from atlas_lab.data.phantom.hospitals import Hospital
from atlas_lab.data.phantom.space import Grid
from atlas_lab.errors import InputError, nearest

MIN_VOXELS = 8
MIN_MM, MAX_MM = 0.2, 20.0
MAX_VOXELS = 200_000_000  # about 20 GB while a patient is made


def check_whole(name: str, value: object, low: int) -> None:
    """InputError unless `value` is a whole number of at least `low`."""
    if not _is_whole(value, low):
        raise InputError(f"{name}={value!r}: must be a whole number, {low} or more")


def scan_grid(hospital: Hospital, shape: Sequence[int] | None, spacing: float | Sequence[float] | None) -> Grid:
    """The hospital's grid, with another `shape` (voxels) or `spacing` (mm) where given; InputError says what is wrong."""
    edges = hospital.spacing if spacing is None else _edges(spacing)
    counts = [round(mm / edge) for mm, edge in zip(hospital.extent_mm, edges, strict=True)] if shape is None else _counts(shape)
    (nx, ny, nz) = (max(n, MIN_VOXELS) for n in counts)
    return Grid.around(hospital.center_mm, (nx, ny, nz), edges)


def check_memory(grid: Grid) -> None:
    """InputError unless a patient on this grid fits into memory."""
    nx, ny, nz = grid.shape
    if nx * ny * nz > MAX_VOXELS:
        edges = " x ".join(f"{edge:g}" for edge in grid.spacing)
        raise InputError(f"{nx} x {ny} x {nz} voxels of {edges} mm do not fit into memory; choose fewer, larger ones, or a roi")


def check_phase(phase: str | None) -> None:
    """InputError unless `phase` is None or one of the phases."""
    if phase is not None and phase not in PHASES:
        raise InputError(f"phase={phase!r}: {nearest(str(phase), PHASES)}choose from {', '.join(PHASES)}")


class OutsideScan(InputError):
    """What was asked for lies beyond what the hospital scans."""


def roi_corners(roi: object) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """The lowest and the highest corner (mm) of a box that is a region of interest. InputError: it is none."""
    low, high = map(_triple, roi) if isinstance(roi, Sequence) and len(roi) == 2 else (None, None)
    if low is None or high is None or not all(_is_number(a) and _is_number(b) and a < b for a, b in zip(low, high, strict=True)):
        raise InputError(f"roi={roi!r}: name a structure or an organ, or give two corners ((x, y, z), (x, y, z)) in mm")
    return low, high


def roi_structures(roi: str) -> tuple[str, ...]:
    """The structures a region of interest is named after: a structure, or an organ such as `kidney`. InputError: neither."""
    return organ(roi) if roi in ORGANS else (structure(roi).name,)


def _counts(shape: Sequence[int]) -> list[int]:
    counts = _triple(shape)
    if counts is None or not all(_is_whole(n, MIN_VOXELS) for n in counts):
        raise InputError(f"shape={shape!r}: must be three whole numbers of voxels (x, y, z), each {MIN_VOXELS} or more")
    return [int(n) for n in counts]


def _edges(spacing: float | Sequence[float]) -> tuple[float, float, float]:
    edges: tuple[Any, Any, Any] = _triple(spacing) or (spacing, spacing, spacing)
    if not all(_is_length(edge) for edge in edges):
        raise InputError(f"spacing={spacing!r}: must be one or three numbers of mm, each from {MIN_MM:g} to {MAX_MM:g}")
    x, y, z = edges
    return float(x), float(y), float(z)


def _triple(value: object) -> tuple[Any, Any, Any] | None:
    if isinstance(value, Sequence | np.ndarray) and not isinstance(value, str) and len(value) == 3:
        return value[0], value[1], value[2]
    return None


def _is_whole(value: object, low: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= low)


def _is_length(value: Any) -> bool:
    return _is_number(value) and MIN_MM <= value <= MAX_MM


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return number and math.isfinite(value)
