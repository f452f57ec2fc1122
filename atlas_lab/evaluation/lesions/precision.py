"""Average precision of lesions over all cases."""

import numpy as np

from atlas_lab.evaluation.lesions.counts import Counts


def average_precision(counts: Counts) -> float:
    """The area under the precision-recall curve as steps (PI-CAI: Saha et al., Lancet Oncology 2024).

    A missed lesion counts in the recall and never in the precision: where the recall is never reached the precision is 0.
    """
    everything = np.ones((1, len(counts.lesions)), int)
    area = reached = 0.0
    for _, hits, false_positives in counts.curve(everything):
        recall = hits[0] / counts.lesions.sum()
        area += float(np.sum(np.diff(recall, prepend=reached) * hits[0] / (hits[0] + false_positives[0])))
        reached = float(recall[-1])
    return area
