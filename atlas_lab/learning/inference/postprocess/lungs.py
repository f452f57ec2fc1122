"""Left and right lung out of what was seen as either."""

from collections.abc import Iterator

import edt
import numpy as np
from scipy import ndimage

from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.inference.postprocess.crops import hull, tight, within
from atlas_lab.learning.inference.postprocess.pieces import connected, largest

Sides = tuple[CroppedMask, CroppedMask]
Spacing = tuple[float, float, float]
_UNEVEN = 4  # one lung is not so many times larger than the other
_LEAST = 0.05  # of the voxels; shreds of one lung are no two lungs
_LONG_MM, _SHORT_MM = 30.0, 10.5  # 20 and 7 planes of 1.5 mm: means that an area is compared with
_MORE_MM2 = 200 * 1.5**2


def split_lungs(left: CroppedMask, right: CroppedMask, spacing: Spacing) -> Sides:
    """The left and the right lung, told apart anew (CLIP-Driven Universal Model, ICCV 2023).

    The two largest pieces of both masks together, the one with the smaller mean x is the left lung. Where one is more than
    four times the other they have grown together, so planes of unlikely area, then layer after layer of voxels are taken
    off until there are two; each voxel then goes to the one it is nearer to, and holes are filled. Where that leaves less
    than a twentieth of them, there is one lung alone, which stays on the side that it was seen on: its largest piece.
    """
    box = hull((left, right), (1, 1, 1))
    lungs = within(left, box) | within(right, box)
    if not lungs.any():
        return left, right
    pieces = connected(lungs).numbers
    for thinner in _thinner(lungs, spacing):
        seeds = _two(thinner)
        if seeds is None:
            continue
        kept = np.isin(pieces, np.unique(pieces[seeds[0] | seeds[1]]))
        away = [edt.edt(~seed, anisotropy=spacing) for seed in seeds]
        nearer = away[0] <= away[1]
        sides = [ndimage.binary_fill_holes(kept & part) for part in (nearer, ~nearer)]
        return tight(left.shape, box, sides[0]), tight(right.shape, box, sides[1] & ~sides[0])
    return largest(left), largest(right)


def _thinner(lungs: np.ndarray, spacing: Spacing) -> Iterator[np.ndarray]:
    """The lungs as they are, without planes of unlikely area, then with ever more of their surface taken off."""
    yield lungs
    yield lungs & ~_unlikely(lungs.sum(axis=(0, 1)) * spacing[0] * spacing[1], spacing[2])
    least = _LEAST * np.count_nonzero(lungs)
    while np.count_nonzero(lungs := ndimage.binary_erosion(lungs, np.ones((3, 3, 3), bool))) > least:
        yield lungs


def _two(lungs: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The two largest pieces, the one with the smaller mean x first, unless one of them is far the larger."""
    found = connected(lungs)
    if len(found.order) < 2:
        return None
    first, second = found.order[:2]
    if found.voxels[first] > _UNEVEN * found.voxels[second]:
        return None
    pieces = [found.numbers == number for number in (first, second)]
    pieces.sort(key=lambda piece: float(np.nonzero(piece)[0].mean()))
    return pieces[0], pieces[1]


def _unlikely(area_mm2: np.ndarray, thickness_mm: float) -> np.ndarray:
    """Planes far above the mean of those before them, near and less near."""
    long, short = (max(round(length / thickness_mm), 2) for length in (_LONG_MM, _SHORT_MM))
    mean = _moving(area_mm2, long)
    deviation = np.sqrt(np.maximum(_moving(area_mm2**2, long) - mean**2, 0))
    return (area_mm2 > mean + 2 * deviation) & (area_mm2 > _moving(area_mm2, short) + _MORE_MM2)


def _moving(values: np.ndarray, count: int) -> np.ndarray:
    """The mean of each value and the `count` - 1 before it; of fewer at the start."""
    sums = np.cumsum(np.concatenate(([0.0], values)))
    ends = np.arange(1, len(values) + 1)
    begins = np.maximum(ends - count, 0)
    return (sums[ends] - sums[begins]) / (ends - begins)
