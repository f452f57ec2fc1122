"""Size and form of lesions, measured on their masks."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError

from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.pieces import pieces
from atlas_lab.data.sphere import directions
from atlas_lab.errors import InputError

STATISTICS = ("diameter_mm", "elongation", "flatness", "lobulation", "sphericity")
_STEPS = [s for s in itertools.product((-1, 0, 1), repeat=3) if s > (0, 0, 0)]  # 13 directions of a voxel's neighbours


def lesions(mask: npt.ArrayLike, *, min_slices: int = 1) -> Iterator[npt.NDArray[np.bool_]]:
    """The lesions of a mask (x, y, z), one mask each, cropped to its box: 26-connected, on at least `min_slices` along z."""
    for piece in pieces(CroppedMask.of(np.asarray(mask, bool))):
        if piece.crop.shape[2] >= min_slices:
            yield piece.crop


def shape_statistics(lesion: npt.ArrayLike, spacing: Sequence[float]) -> dict[str, float]:
    """Size and form of one lesion: a mask (x, y, z) with voxels of `spacing` mm.

    `diameter_mm` is that of the sphere of the same volume; `elongation` and `flatness` the second and third principal
    axis over the first (1 for a sphere; van Griethuysen et al., Cancer Research 2017); `lobulation` the share of the convex
    hull that the lesion leaves empty; `sphericity` the surface of that sphere over the lesion's own (1 for a sphere),
    the surface by Crofton's formula over 13 directions (Lehmann and Legland, Insight Journal 2012). Digitisation lowers
    all of them for small lesions: compare what was sampled alike. InputError: an empty mask, not three dimensions.
    """
    mask = np.asarray(lesion, bool)
    if mask.ndim != 3 or not mask.any():
        raise InputError(f"a lesion's mask must have three axes and a voxel, not shape {mask.shape} and {int(mask.sum())} voxels")
    edges = np.asarray(spacing, float)
    index = np.argwhere(mask)
    volume = len(index) * float(edges.prod())
    cloud = index * edges
    spread = np.cov(cloud.T, bias=True) + np.diag(edges**2 / 12)  # a voxel is a box, not a point
    short, middle, long = np.sqrt(np.maximum(np.linalg.eigvalsh(spread), 0))
    corners = np.unique(np.concatenate([index + c for c in itertools.product((0, 1), repeat=3)]), axis=0) * edges
    try:
        hull = float(ConvexHull(corners).volume)
    except QhullError:
        hull = volume
    surface = _surface(mask, edges)
    return {
        "diameter_mm": float(np.cbrt(6 * volume / np.pi)),
        "elongation": float(middle / long),
        "flatness": float(short / long),
        "lobulation": float(max(1 - volume / hull, 0)),
        "sphericity": float(np.cbrt(36 * np.pi * volume**2) / surface),
    }


def _surface(mask: npt.NDArray[np.bool_], edges: npt.NDArray[np.float64]) -> float:
    """Area in mm2: how often lines in 13 directions cross the border, each direction weighted by its share of the sphere."""
    padded = np.pad(mask, 1)
    steps = np.array(_STEPS) * edges
    lengths = np.linalg.norm(steps, axis=1)
    crossings = np.array([_crossings(padded, step) for step in _STEPS])
    return float(2 * np.sum(_shares(steps / lengths[:, None]) * crossings * edges.prod() / lengths))


def _crossings(padded: npt.NDArray[np.bool_], step: tuple[int, ...]) -> int:
    here = tuple(slice(max(-s, 0), n - max(s, 0)) for s, n in zip(step, padded.shape, strict=True))
    there = tuple(slice(max(s, 0), n - max(-s, 0)) for s, n in zip(step, padded.shape, strict=True))
    return int(np.count_nonzero(padded[here] != padded[there]))


def _shares(axes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The share of the sphere that lies nearest to each direction, or its opposite."""
    points = directions(40_000)[:20_000]  # opposites count as one, so half the sphere will do
    nearest = np.abs(points @ axes.T).argmax(axis=1)
    return np.bincount(nearest, minlength=len(axes)) / len(points)
