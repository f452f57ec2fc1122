"""The edge of a lesion: HU against the distance to its border, and how blurred it is."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage
from scipy.special import ndtr

REACH_MM = 8.0
BINS_MM = np.arange(-REACH_MM, REACH_MM + 0.5, 1.0)
PROFILE_MM = (BINS_MM[:-1] + BINS_MM[1:]) / 2  # the middle of each bin

_FINE_MM = np.arange(-6.0, 6.25, 0.5)
_BLURS_MM = np.linspace(0.05, 5.0, 100)
_FEWEST = 3  # bins that a fit of three numbers needs on either side of the border


def signed_distance(mask: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """mm to a lesion's border, below 0 within: float (x, y, z), any voxel size.

    A voxel's distance is that to the nearest voxel across the border, up to the face where the two sorts meet: half a voxel
    less, along the line between their centres.
    """
    sides = np.asarray(spacing, float)
    distance = np.empty(mask.shape)
    for here, sign in ((mask, -1.0), (~mask, 1.0)):
        far, nearest = ndimage.distance_transform_edt(here, sampling=sides, return_indices=True)
        places = np.nonzero(here)
        length = far[places]
        steps = np.max([np.abs(to[places] - at) for to, at in zip(nearest, places, strict=True)], axis=0)
        half = 0.5 * length / steps
        distance[places] = sign * (length - half)
    return distance


def profile(relative: np.ndarray, distance: np.ndarray, tissue: np.ndarray, edges: np.ndarray = BINS_MM) -> np.ndarray:
    """Mean HU above the organ in shells between `edges` mm from the border; NaN where a shell has no voxel.

    `tissue` says which voxels count: the lesion and its organ, without other lesions.
    """
    total, count = _shells(relative, distance, tissue, edges)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def edge_blur(relative: np.ndarray, distance: np.ndarray, tissue: np.ndarray) -> float:
    """The standard deviation in mm of the Gaussian that blurs the border: the step a + b Φ(distance / σ) that fits best.

    NaN where the lesion or the tissue around it is too small.
    """
    total, count = _shells(relative, distance, tissue, _FINE_MM)
    there = count > 0
    middle = (_FINE_MM[:-1] + _FINE_MM[1:])[there] / 2
    if min(np.count_nonzero(middle < 0), np.count_nonzero(middle > 0)) < _FEWEST:
        return float("nan")
    weight = count[there] / count.sum()
    seen = total[there] / count[there]
    step = ndtr(middle / _BLURS_MM[:, None])
    step -= step @ weight[:, None]
    rest = seen - seen @ weight
    explained = (step * rest) @ weight  # of the variance; the best fit leaves least
    return float(_BLURS_MM[np.argmax(explained**2 / (step**2 @ weight))])


def _shells(values: np.ndarray, distance: np.ndarray, tissue: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    total, _ = np.histogram(distance[tissue], edges, weights=values[tissue])
    count, _ = np.histogram(distance[tissue], edges)
    return total, count
