"""How far each element of one surface is from another surface, exactly, without a distance map."""

import functools

import numba
import numpy as np

from atlas_lab.evaluation.surfaces.bits import highest_bit, lowest_bit
from atlas_lab.evaluation.surfaces.planes import box_around, distances_by_planes

_REACH = 10  # voxels across the rows within which rows are searched
_PLANE = 10  # pairs that can be looked at while one place of a plane is transformed
_WINDOW = 31  # voxels along a row that one look at 64 bits sees on either side


def distances(nodes: np.ndarray, others: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    """mm from each of `nodes` to the nearest of `others`, both int64 (n, 3) grid indices; inf where there are none.

    `others` are bits along the rows of the last axis. Rows are searched from the nearest outwards until none can be
    nearer than what was found: one look at 64 bits finds the nearest element of a row.
    """
    if not len(nodes) or not len(others):
        return np.full(len(nodes), np.inf)
    low, high = box_around(nodes, others)
    offsets, reach = _rows_by_distance(spacing[0], spacing[1])
    found, far = _search(nodes, others, low, high, offsets, np.asarray(spacing), min(reach, _WINDOW * spacing[2]))
    if far.size:
        planes = np.unique(nodes[far, 2]).size * np.prod(high[:2] - low[:2] + 1)
        search = _all_pairs if far.size * len(others) < _PLANE * planes else distances_by_planes
        found[far] = search(nodes[far], others, np.asarray(spacing))
    return found


@functools.lru_cache(maxsize=64)
def _rows_by_distance(first: float, second: float) -> tuple[np.ndarray, float]:
    """Offsets (rows, 2) to the rows within reach, the nearest first, and the reach in mm; the axes' spacing in mm."""
    reach = _REACH * np.sqrt(first * second)
    sides = [int(reach / side) for side in (first, second)]
    offsets = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in sides), indexing="ij"), axis=-1).reshape(-1, 2)
    squared = (offsets[:, 0] * first) ** 2 + (offsets[:, 1] * second) ** 2
    near = np.flatnonzero(squared <= reach**2)
    return np.ascontiguousarray(offsets[near[np.argsort(squared[near], kind="stable")]]), float(reach)


@numba.njit(cache=True, nogil=True)
def _search(
    nodes: np.ndarray,
    others: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    offsets: np.ndarray,
    spacing: np.ndarray,
    reach: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Distances in mm, and the indices of the nodes that have nothing within `reach` mm."""
    pad_i, pad_j = offsets[:, 0].max(), offsets[:, 1].max()
    rows_j = high[1] - low[1] + 1 + 2 * pad_j
    words = (high[2] - low[2]) // 64 + 3  # one more on either side, for windows that reach over the end
    bits = np.zeros(((high[0] - low[0] + 1 + 2 * pad_i) * rows_j, words), np.uint64)
    for n in range(len(others)):
        k = others[n, 2] - low[2] + 64
        row = (others[n, 0] - low[0] + pad_i) * rows_j + others[n, 1] - low[1] + pad_j
        bits[row, k >> 6] |= np.uint64(1) << np.uint64(k & 63)
    flat = bits.ravel()
    jumps = np.empty(len(offsets), np.int64)
    across = np.empty(len(offsets))
    for o in range(len(offsets)):
        jumps[o] = (offsets[o, 0] * rows_j + offsets[o, 1]) * words
        across[o] = (offsets[o, 0] * spacing[0]) ** 2 + (offsets[o, 1] * spacing[1]) ** 2
    along = (np.arange(65) * spacing[2]) ** 2
    found = np.empty(len(nodes))
    far = np.empty(len(nodes), np.int64)
    beyond = 0
    for n in range(len(nodes)):
        start = nodes[n, 2] - low[2] + 32  # of the window: bit 32 of it is the node's own place in a row
        row = (nodes[n, 0] - low[0] + pad_i) * rows_j + nodes[n, 1] - low[1] + pad_j
        first = row * words + (start >> 6)
        shift = np.uint64(start & 63)
        best = np.inf
        for o in range(len(offsets)):
            if across[o] >= best:
                break
            at = first + jumps[o]
            window = flat[at] >> shift | flat[at + 1] << np.uint64(1) << (np.uint64(63) - shift)
            if window == 0:
                continue
            ahead, behind = window >> np.uint64(32), window << np.uint64(31)
            step = min(lowest_bit(ahead), 63 - highest_bit(behind))
            best = min(best, across[o] + along[step])
        if best > reach * reach:
            far[beyond] = n
            beyond += 1
        found[n] = np.sqrt(best)
    return found, far[:beyond]


@numba.njit(cache=True, nogil=True)
def _all_pairs(nodes: np.ndarray, others: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """As `distances_by_planes`, by looking at every pair: faster for a few nodes."""
    found = np.empty(len(nodes))
    for n in range(len(nodes)):
        best = np.inf
        for m in range(len(others)):
            i, j, k = nodes[n, 0] - others[m, 0], nodes[n, 1] - others[m, 1], nodes[n, 2] - others[m, 2]
            best = min(best, (i * spacing[0]) ** 2 + (j * spacing[1]) ** 2 + (k * spacing[2]) ** 2)
        found[n] = np.sqrt(best)
    return found
