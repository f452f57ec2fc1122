"""Orders of cubes that differ as much as possible."""

import functools
import itertools

import numpy as np

_POOL = 20_000  # of the 27! orders; all 40,320 orders of 8 cubes
_ALL_UP_TO = 8


@functools.cache
def far_apart(cells: int, count: int) -> np.ndarray:
    """`count` orders of 0 … cells - 1, int64 (count, cells), always the same.

    Each is the one farthest from those before it, in Hamming distance: the greedy choice of Noroozi and Favaro (ECCV 2016),
    by the smallest distance, then by the sum. A position then tells as much as it can about the order.
    """
    pool = candidates(cells)
    nearest, total = np.full(len(pool), cells + 1), np.zeros(len(pool), dtype=int)
    chosen = [0]
    while len(chosen) < count:
        distance = np.count_nonzero(pool != pool[chosen[-1]], axis=1)
        nearest, total = np.minimum(nearest, distance), total + distance
        chosen.append(int(np.lexsort((total, nearest))[-1]))
    return pool[chosen].astype(np.int64)


def candidates(cells: int) -> np.ndarray:
    """All orders of few cubes in random order, or many random ones: int8 (orders, cells)."""
    rng = np.random.default_rng(0)
    if cells <= _ALL_UP_TO:
        return rng.permutation(np.array(list(itertools.permutations(range(cells))), dtype=np.int8))
    return rng.random((_POOL, cells)).argsort(axis=1).astype(np.int8)
