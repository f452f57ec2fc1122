"""Mass effect: a tumour pushes the tissue around it aside (Hu et al., CVPR 2023, described there, not in its release).

A voxel at distance r from the centre shows what was at (1 - I/100 (1 - r/R)^2) r: nearer the centre, so tissue moves
outwards, most at the middle and not at all from R on. The map grows with r for every I up to 100.
"""

from dataclasses import dataclass

import numba
import numpy as np

from atlas_lab.synthesis.tissue import Box, Site, Tissue

PUSHES_FROM_MM = 20.0  # diameter from which a tumour pushes, unless asked otherwise: early tumours do not
PUSH_REACH = 2.0  # R, in the tumour's radii
INTENSITY = 30.0  # I; 30 in Pixel2Cancer's code (Lai et al., MICCAI 2024), not stated by Hu et al.


@dataclass(frozen=True)
class Pushed:
    """Tissue pushed aside: float32 `hu`, bool `organ` and `taken`, `warp` float32 (3, x, y, z) in voxels, bool `ball` the only
    voxels that may change."""

    hu: np.ndarray
    organ: np.ndarray
    taken: np.ndarray
    warp: np.ndarray
    ball: np.ndarray


def push(tissue: Tissue, site: Site, box: Box, reach_mm: float, intensity: float) -> Pushed:
    """The tissue on a box, pushed away from the site's centre up to a distance of `reach_mm`.

    HU are interpolated by Catmull-Rom splines, which keep the grain of the CT's noise; masks take the nearest voxel.
    """
    # copies in C order, as `Ground` has them
    hu, organ, taken = np.array(tissue.hu[box], np.float32, order="C"), tissue.organ[box].copy(), tissue.taken[box].copy()
    pushed, organ_there, taken_there = hu.copy(), organ.copy(), taken.copy()
    warp, ball = np.zeros((3, *hu.shape), np.float32), np.zeros(hu.shape, bool)
    centre = np.array([c - side.start for c, side in zip(site.centre, box, strict=True)], np.float32)
    spacing, reach, strength = np.array(tissue.spacing, np.float32), np.float32(reach_mm), np.float32(intensity / 100)
    _push(hu, organ, taken, centre, spacing, reach, strength, pushed, organ_there, taken_there, warp, ball)
    return Pushed(pushed, organ_there, taken_there, warp, ball)


@numba.njit(cache=True, nogil=True)
def _push(
    hu: np.ndarray,
    organ: np.ndarray,
    taken: np.ndarray,
    centre: np.ndarray,
    spacing: np.ndarray,
    reach: np.float32,
    strength: np.float32,
    pushed: np.ndarray,
    organ_there: np.ndarray,
    taken_there: np.ndarray,
    warp: np.ndarray,
    ball: np.ndarray,
) -> None:
    one, half = np.float32(1), np.float32(0.5)
    first, near, place = np.empty(3, np.int64), np.empty(3, np.int64), np.empty((3, 4), np.int64)
    taps, at = np.empty((3, 4), np.float32), np.empty(3, np.float32)
    for i in range(hu.shape[0]):
        at[0] = i - centre[0]
        for j in range(hu.shape[1]):
            at[1] = j - centre[1]
            for k in range(hu.shape[2]):
                at[2] = k - centre[2]
                x, y, z = at[0] * spacing[0], at[1] * spacing[1], at[2] * spacing[2]
                r = np.sqrt(x * x + y * y + z * z)
                if r >= reach:
                    continue
                ball[i, j, k] = True
                left = one - r / reach
                for axis in range(3):
                    moved = -strength * left * left * at[axis]
                    warp[axis, i, j, k] = moved
                    here = centre[axis] + at[axis] + moved
                    first[axis] = int(np.floor(here))
                    t = here - np.float32(first[axis])
                    near[axis] = first[axis] + (t >= half)
                    taps[axis, 0] = t * (-half + t * (one - half * t))
                    taps[axis, 1] = one + t * t * (-5 * half + 3 * half * t)
                    taps[axis, 2] = t * (half + t * (2 * one - 3 * half * t))
                    taps[axis, 3] = t * t * (-half + half * t)
                    for n in range(4):
                        place[axis, n] = min(max(first[axis] - 1 + n, 0), hu.shape[axis] - 1)
                total = np.float32(0)
                for a in range(4):
                    plane = np.float32(0)
                    for b in range(4):
                        row = hu[place[0, a], place[1, b]]
                        plane += taps[1, b] * (
                            taps[2, 0] * row[place[2, 0]]
                            + taps[2, 1] * row[place[2, 1]]
                            + taps[2, 2] * row[place[2, 2]]
                            + taps[2, 3] * row[place[2, 3]]
                        )
                    total += taps[0, a] * plane
                pushed[i, j, k] = total
                organ_there[i, j, k] = organ[near[0], near[1], near[2]]
                taken_there[i, j, k] = taken[near[0], near[1], near[2]]
