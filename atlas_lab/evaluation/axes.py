"""The long and the short axis of a lesion on an axial slice, as a radiologist measures them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from scipy import ndimage

from atlas_lab.evaluation.given import check_mask, check_spacing


@dataclass(frozen=True)
class Axes:
    """Lengths in the unit of the spacing, and the axial slice (index along z) they lie on; 0 and None without an axis."""

    long: float
    short: float
    slice: int | None


def long_short_axes(mask: Any, spacing: Sequence[float]) -> Axes:
    """The axes of one lesion, a mask (x, y, z), by the definition of ULS23's evaluation (de Grauw et al., 2024), in mm.

    On each axial slice counts the largest 4-connected piece. The long axis is the longest distance between two pixel
    centres, on the first slice where that is longest (a lesion of single pixels has none: 0 and 0). The short axis joins two
    boundary pixels of that slice at 90° ± d to the long axis, the longest for the smallest whole d = 1, 2, … that has one;
    a straight line of pixels is therefore its own short axis. `spacing` (1, 1, 1) gives voxels: the published
    figures, for an array whose axes run as its file's (of equally long axes the first in the file counts). InputError: not a
    3-D mask.
    """
    lesion = check_mask(mask, "mask")
    width, height, _ = check_spacing(spacing)
    if not lesion.any():
        return Axes(0.0, 0.0, None)
    x, y, _ = ndimage.find_objects(lesion.view(np.uint8))[0]
    scale = np.array([height, width])
    long, found, direction, boundary = 0.0, None, np.zeros(2), np.zeros((0, 2))
    for z in np.flatnonzero(lesion.any(axis=(0, 1))):
        piece = _largest_piece(lesion[x, y, z].T)
        length, vector = _longest(_row_ends(piece) * scale)
        if length > long:
            long, found, direction, boundary = length, int(z), vector, _boundary(piece) * scale
    return Axes(long, float(_across(boundary, direction)) if found is not None else 0.0, found)


def _largest_piece(pixels: np.ndarray) -> np.ndarray:
    """The largest 4-connected piece of a slice (y, x), cropped to its box."""
    pieces, _ = ndimage.label(pixels)
    largest = int(np.bincount(pieces.ravel())[1:].argmax()) + 1
    box = ndimage.find_objects(pieces, largest)[largest - 1]
    piece: np.ndarray = pieces[box] == largest
    return piece


def _row_ends(piece: np.ndarray) -> np.ndarray:
    """The first and last pixel (y, x) of every row: the ends of the longest distance are among them."""
    rows = np.arange(len(piece))
    first, last = piece.argmax(axis=1), piece.shape[1] - 1 - piece[:, ::-1].argmax(axis=1)
    return np.stack([rows, first, rows, last], axis=1).reshape(-1, 2)


def _boundary(piece: np.ndarray) -> np.ndarray:
    """The pixels (y, x) with a 4-neighbour outside the piece."""
    return np.argwhere(piece & ~ndimage.binary_erosion(piece))


@njit(cache=True)
def _longest(points: np.ndarray) -> tuple[float, np.ndarray]:
    """The longest distance between two points, and the way from the one to the other; the first pair of equal ones."""
    longest, vector = 0.0, np.zeros(2)
    for i in range(len(points)):
        for j in range(i + 1, len(points)):
            y, x = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
            if y * y + x * x > longest:
                longest = y * y + x * x
                vector[0], vector[1] = y, x
    return math.sqrt(longest), vector


@njit(cache=True)
def _across(points: np.ndarray, direction: np.ndarray) -> float:
    """The longest chord at 90° ± d to the direction, for the smallest whole d that has one (d strictly above)."""
    longest = np.zeros(91)  # squared, by whole degrees away from 90°
    norm = math.sqrt(direction[0] ** 2 + direction[1] ** 2)
    for i in range(len(points)):
        for j in range(i + 1, len(points)):
            y, x = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
            squared = y * y + x * x
            if squared <= longest[0]:
                continue
            cosine = (y * direction[0] + x * direction[1]) / (norm * math.sqrt(squared))
            away = int(abs(math.degrees(math.acos(min(max(cosine, -1.0), 1.0))) - 90))
            longest[away] = max(longest[away], squared)
    for squared in longest:
        if squared > 0:
            return math.sqrt(squared)
    return 0.0
