"""Detection written the slow and obvious way: every pair of components, compared on the whole volume."""

import itertools

import numpy as np
from scipy import ndimage


def pieces(mask):
    """The 26-connected pieces of a mask, each as a mask."""
    labels, count = ndimage.label(mask, np.ones((3, 3, 3)))
    return [labels == number for number in range(1, count + 1)]


def iou(a, b):
    """Intersection over union of two masks."""
    return np.count_nonzero(a & b) / np.count_nonzero(a | b)


def outcomes(prediction, truth, rule, min_iou):
    """How many lesions are hit, and how many candidates are hits, false positives and ignored."""
    lesions, candidates = pieces(truth), pieces(prediction)
    ious = np.array([[iou(lesion, candidate) for candidate in candidates] for lesion in lesions]).reshape(
        len(lesions), len(candidates)
    )
    enough = ious > 0 if rule == "any" else ious >= min_iou
    if rule != "hungarian":
        hit = int(enough.any(axis=0).sum())
        return int(enough.any(axis=1).sum()), hit, len(candidates) - hit, 0
    matches, _ = best_assignment(np.where(enough, ious, 0))
    free = int((~enough.any(axis=0)).sum())
    return matches, matches, free, len(candidates) - matches - free


def best_assignment(ious):
    """The largest number of matches, and the largest sum of IoU with so many, over all assignments."""
    if ious.shape[0] > ious.shape[1]:
        ious = ious.T
    best = (0, 0.0)
    for columns in itertools.permutations(range(ious.shape[1]), ious.shape[0]):
        chosen = ious[np.arange(len(columns)), list(columns)]
        best = max(best, (int((chosen > 0).sum()), float(chosen.sum())))
    return best
