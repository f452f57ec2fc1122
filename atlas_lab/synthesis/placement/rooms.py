"""Whether a ball has room at a voxel: run by run along z, so that a place is turned down after a few reads."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def half_run(i: int, j: int, spacing: np.ndarray, radius: float) -> int:
    """How many voxels a ball of `radius` mm goes up and down from (i, j) voxels beside its centre; -1 where it has none."""
    rest = radius * radius - (i * spacing[0]) ** 2 - (j * spacing[1]) ** 2
    return -1 if rest < 0 else int(np.sqrt(rest) / spacing[2])


@numba.njit(cache=True, nogil=True)
def ball_voxels(spacing: np.ndarray, radius: float) -> int:
    """Voxels whose centres are within `radius` mm of a voxel."""
    count = 0
    reach_i, reach_j = int(radius / spacing[0]), int(radius / spacing[1])
    for i in range(-reach_i, reach_i + 1):
        for j in range(-reach_j, reach_j + 1):
            count += 2 * half_run(i, j, spacing, radius) + 1 if half_run(i, j, spacing, radius) >= 0 else 0
    return count


@numba.njit(cache=True, nogil=True)
def first_room(
    organ: np.ndarray,
    taken: np.ndarray,
    places: np.ndarray,
    start: int,
    spacing: np.ndarray,
    radius: float,
    clear: float,
    out: int,
) -> int:
    """The first of `places`, int64 (n, 3) voxels, from `start` on that lies in the organ, whose ball of `radius` mm has at
    most `out` voxels outside it, and that has nothing taken within `clear` mm; -1 where none is."""
    for n in range(start, len(places)):
        i, j, k = places[n]
        if organ[i, j, k] and not taken[i, j, k]:
            if out == 0 and not _tips_inside(organ, places[n], spacing, radius):
                continue
            if outside(organ, places[n], spacing, radius, out) <= out and is_clear(taken, places[n], spacing, clear):
                return n
    return -1


@numba.njit(cache=True, nogil=True)
def first_at_surface(
    hu: np.ndarray, organ: np.ndarray, taken: np.ndarray, places: np.ndarray, spacing: np.ndarray, radius: float,
    clear: float, out: tuple[int, int], beside: tuple[float, float],
) -> int:  # fmt: skip
    """As `first_room`, for a ball that stands out of the organ with `out` (least, most) voxels, half of them or more of the
    HU `beside` (lowest, highest), and that the arrays hold whole; -1 where none is."""
    for n in range(len(places)):
        i, j, k = places[n]
        if not organ[i, j, k] or taken[i, j, k] or not _holds(organ, places[n], spacing, radius):
            continue
        away = outside(organ, places[n], spacing, radius, out[1])
        if not out[0] <= away <= out[1] or not is_clear(taken, places[n], spacing, clear):
            continue
        if 2 * _between(hu, organ, places[n], spacing, radius, beside[0], beside[1]) >= away:
            return n
    return -1


@numba.njit(cache=True, nogil=True)
def outside(organ: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float, most: int) -> int:
    """Voxels of a ball outside the organ or the arrays; counting ends above `most`."""
    count = 0
    reach_i, reach_j = int(radius / spacing[0]), int(radius / spacing[1])
    for di in range(-reach_i, reach_i + 1):
        i = place[0] + di
        for dj in range(-reach_j, reach_j + 1):
            j, half = place[1] + dj, half_run(di, dj, spacing, radius)
            if half < 0:
                continue
            count += 2 * half + 1
            if 0 <= i < organ.shape[0] and 0 <= j < organ.shape[1]:
                for k in range(max(place[2] - half, 0), min(place[2] + half + 1, organ.shape[2])):
                    count -= organ[i, j, k]
            if count > most:
                return count
    return count


@numba.njit(cache=True, nogil=True)
def darker(hu: np.ndarray, organ: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float, limit: float) -> int:
    """Organ voxels of a ball that are below `limit` HU."""
    count = 0
    reach_i, reach_j = int(radius / spacing[0]), int(radius / spacing[1])
    for i in range(max(place[0] - reach_i, 0), min(place[0] + reach_i + 1, hu.shape[0])):
        for j in range(max(place[1] - reach_j, 0), min(place[1] + reach_j + 1, hu.shape[1])):
            half = half_run(i - place[0], j - place[1], spacing, radius)
            for k in range(max(place[2] - half, 0), min(place[2] + half + 1, hu.shape[2])):
                count += organ[i, j, k] and hu[i, j, k] < limit
    return count


@numba.njit(cache=True, nogil=True)
def is_clear(taken: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float) -> bool:
    """Whether nothing is taken in a ball of `radius` mm."""
    reach_i, reach_j = int(radius / spacing[0]), int(radius / spacing[1])
    for i in range(max(place[0] - reach_i, 0), min(place[0] + reach_i + 1, taken.shape[0])):
        for j in range(max(place[1] - reach_j, 0), min(place[1] + reach_j + 1, taken.shape[1])):
            half = half_run(i - place[0], j - place[1], spacing, radius)
            for k in range(max(place[2] - half, 0), min(place[2] + half + 1, taken.shape[2])):
                if taken[i, j, k]:
                    return False
    return True


@numba.njit(cache=True, nogil=True)
def _between(
    hu: np.ndarray, organ: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float, low: float, high: float
) -> int:
    """Voxels of a ball outside the organ with HU from `low` to `high`; the arrays hold the ball whole."""
    count = 0
    reach_i, reach_j = int(radius / spacing[0]), int(radius / spacing[1])
    for i in range(place[0] - reach_i, place[0] + reach_i + 1):
        for j in range(place[1] - reach_j, place[1] + reach_j + 1):
            half = half_run(i - place[0], j - place[1], spacing, radius)
            for k in range(place[2] - half, place[2] + half + 1):
                count += not organ[i, j, k] and low <= hu[i, j, k] <= high
    return count


@numba.njit(cache=True, nogil=True)
def _holds(organ: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float) -> bool:
    """Whether the arrays hold a ball and one voxel around it."""
    for axis in range(3):
        reach = int(radius / spacing[axis]) + 1
        if place[axis] < reach or place[axis] + reach >= organ.shape[axis]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _tips_inside(organ: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float) -> bool:
    """Whether the six outermost voxels of a ball are in the organ: most places that have no room fail here."""
    at = place.copy()
    for axis in range(3):
        reach = int(radius / spacing[axis])
        for sign in (-1, 1):
            at[axis] = place[axis] + sign * reach
            if at[axis] < 0 or at[axis] >= organ.shape[axis] or not organ[at[0], at[1], at[2]]:
                return False
        at[axis] = place[axis]
    return True
