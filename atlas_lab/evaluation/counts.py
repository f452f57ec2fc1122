"""How many voxels of each label two maps have, and have in common: one pass over both."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def count_voxels(prediction: np.ndarray, truth: np.ndarray, labels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Voxels of each label below `labels` in the prediction, in the truth and in both, int64 (labels,).

    Both maps are flat contiguous arrays of one unsigned dtype and length. Most of a map is alike for long: eight bytes that
    are one label in both maps are counted at once.
    """
    ours, theirs, both = np.zeros(labels, np.int64), np.zeros(labels, np.int64), np.zeros(labels, np.int64)
    at_once = 8 // prediction.itemsize
    alike = np.uint64(0xFFFFFFFFFFFFFFFF) // np.uint64((1 << 8 * prediction.itemsize) - 1)  # times a label: nothing but it
    whole = prediction.size - prediction.size % at_once
    our_words, their_words = prediction[:whole].view(np.uint64), truth[:whole].view(np.uint64)
    for word in range(our_words.size):
        first = word * at_once
        p, t = prediction[first], truth[first]
        if our_words[word] == np.uint64(p) * alike and their_words[word] == np.uint64(t) * alike:
            ours[p] += at_once
            theirs[t] += at_once
            both[p] += at_once * (p == t)
            continue
        for n in range(first, first + at_once):
            p, t = prediction[n], truth[n]
            ours[p] += 1
            theirs[t] += 1
            both[p] += p == t
    for n in range(whole, prediction.size):
        p, t = prediction[n], truth[n]
        ours[p] += 1
        theirs[t] += 1
        both[p] += p == t
    return ours, theirs, both
