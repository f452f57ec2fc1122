"""Exact distances to a surface that is far away: a distance transform of only the planes that are asked for."""

import numba
import numpy as np

from atlas_lab.evaluation.surfaces.bits import highest_bit, lowest_bit


@numba.njit(cache=True, nogil=True)
def distances_by_planes(nodes: np.ndarray, others: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """mm from each of `nodes` to the nearest of `others`, int64 (n, 3) grid indices; none of them may be empty.

    Separable lower envelopes (Felzenszwalb & Huttenlocher, 2012), plane by plane of the last axis, so that memory grows
    with a plane and not with the volume; the first step reads the nearest element of a row off its bits.
    """
    low, high = box_around(nodes, others)
    ni, nj, words = high[0] - low[0] + 1, high[1] - low[1] + 1, (high[2] - low[2]) // 64 + 1
    bits, filled = np.zeros((ni, nj, words), np.uint64), np.zeros((ni, nj), np.bool_)
    for n in range(len(others)):
        i, j, k = others[n, 0] - low[0], others[n, 1] - low[1], others[n, 2] - low[2]
        bits[i, j, k >> 6] |= np.uint64(1) << np.uint64(k & 63)
        filled[i, j] = True
    found = np.empty(len(nodes))
    order = np.argsort(nodes[:, 2] * nj + nodes[:, 1])
    squared = np.empty((ni, nj))
    column, at, start = np.empty(max(ni, nj)), np.empty(max(ni, nj), np.int64), np.empty(max(ni, nj) + 1)
    asked = np.zeros(nj, np.bool_)
    first = 0
    while first < len(nodes):
        k = nodes[order[first], 2]
        last = first
        asked[:] = False
        while last < len(nodes) and nodes[order[last], 2] == k:
            asked[nodes[order[last], 1] - low[1]] = True
            last += 1
        for i in range(ni):
            for j in range(nj):
                column[j] = (_steps(bits[i, j], k - low[2]) * spacing[2]) ** 2 if filled[i, j] else np.inf
            parts = _envelope(column[:nj], spacing[1], at, start)
            part = 0
            for j in range(nj):
                if not parts:
                    squared[i, j] = np.inf
                elif asked[j]:
                    while part + 1 < parts and start[part + 1] <= j:
                        part += 1
                    squared[i, j] = column[at[part]] + ((j - at[part]) * spacing[1]) ** 2
        parts, row = 0, np.int64(-1)
        for n in order[first:last]:
            i, j = nodes[n, 0] - low[0], nodes[n, 1] - low[1]
            if j != row:
                column[:ni] = squared[:, j]
                parts, row = _envelope(column[:ni], spacing[0], at, start), j
            part = np.searchsorted(start[1:parts], i, side="right")
            found[n] = np.sqrt(column[at[part]] + ((i - at[part]) * spacing[0]) ** 2)
        first = last
    return found


@numba.njit(cache=True, nogil=True)
def box_around(nodes: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest index of two sets of nodes on each axis, int64 (3,) each."""
    low, high = nodes[0].copy(), nodes[0].copy()
    for places in (nodes, others):
        for n in range(len(places)):
            for axis in range(3):
                low[axis] = min(low[axis], places[n, axis])
                high[axis] = max(high[axis], places[n, axis])
    return low, high


@numba.njit(cache=True, nogil=True)
def _steps(row: np.ndarray, k: int) -> int:
    """How many places the nearest set bit of a row that has one is from place `k`."""
    word, bit = k >> 6, np.uint64(k & 63)
    best = 64 * row.size
    behind = row[word] << (np.uint64(63) - bit)
    if behind:
        best = 63 - highest_bit(behind)
    else:
        for w in range(word - 1, -1, -1):
            if row[w]:
                best = k - 64 * w - highest_bit(row[w])
                break
    ahead = row[word] >> bit
    if ahead:
        return min(best, lowest_bit(ahead))
    for w in range(word + 1, row.size):
        if row[w]:
            return min(best, 64 * w + lowest_bit(row[w]) - k)
    return best


@numba.njit(cache=True, nogil=True)
def _envelope(heights: np.ndarray, step: float, at: np.ndarray, start: np.ndarray) -> int:
    """The parabolas `heights[q] + (step (x - q))²` that are lowest somewhere: their places in `at`, where each starts to be
    in `start`; returns how many there are. Infinite heights have none."""
    parts = 0
    for q in range(heights.size):
        if np.isinf(heights[q]):
            continue
        meets = -np.inf
        while parts:
            v = at[parts - 1]
            meets = ((heights[q] - heights[v]) / (step * step) + (q * q - v * v)) / (2 * (q - v))
            if meets > start[parts - 1]:
                break
            parts -= 1
        at[parts], start[parts] = q, meets if parts else -np.inf
        parts += 1
    return parts
