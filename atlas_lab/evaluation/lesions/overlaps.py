"""Which lesion meets which candidate, and in how many voxels: one joint histogram for all pairs."""

from dataclasses import dataclass

import numpy as np

from atlas_lab.evaluation.lesions.components import Components


@dataclass(frozen=True)
class Overlaps:
    """The pairs of lesion and candidate (numbers, 0 and up) that share a voxel, and their intersection over union."""

    lesion: np.ndarray
    candidate: np.ndarray
    iou: np.ndarray

    def at_least(self, min_iou: float) -> "Overlaps":
        """The pairs whose intersection over union is `min_iou` or more."""
        enough = self.iou >= min_iou
        return Overlaps(self.lesion[enough], self.candidate[enough], self.iou[enough])


def overlaps(truth: Components, prediction: Components) -> Overlaps:
    """All pairs of two sets of components in one frame; the time it takes depends on their voxels, not on their number."""
    _, at_truth, at_prediction = np.intersect1d(truth.voxels, prediction.voxels, assume_unique=True, return_indices=True)
    pair = truth.number[at_truth] * prediction.count + prediction.number[at_prediction]
    pairs, shared = np.unique(pair, return_counts=True)
    lesion, candidate = np.divmod(pairs, max(prediction.count, 1))
    union = truth.sizes[lesion] + prediction.sizes[candidate] - shared
    return Overlaps(lesion, candidate, shared / union)
