"""How many voxels of each label two maps have, and have in common: one pass over both."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def count_voxels(prediction: np.ndarray, truth: np.ndarray, labels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Voxels of each label below `labels` in the prediction, in the truth and in both, int64 (labels,).

    Both maps are flat arrays of one unsigned dtype and length.
    """
    ours, theirs, both = np.zeros(labels, np.int64), np.zeros(labels, np.int64), np.zeros(labels, np.int64)
    start, size = 0, prediction.size
    while start < size:
        p, t = prediction[start], truth[start]
        end = start + 1
        while end < size and prediction[end] == p and truth[end] == t:
            end += 1
        ours[p] += end - start
        theirs[t] += end - start
        if p == t:
            both[p] += end - start
        start = end
    return ours, theirs, both
