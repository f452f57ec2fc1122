"""Who found whom: three rules, the same answer in the same words."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.optimize import linear_sum_assignment

from atlas_lab.evaluation.lesions.overlaps import Overlaps

Rule = Literal["any", "iou", "hungarian"]
RULES: tuple[str, ...] = get_args(Rule)


@dataclass(frozen=True)
class Matches:
    """For every lesion its candidate, for every candidate its lesion (numbers, -1 for none), the IoU with it, and the outcome."""

    candidate: np.ndarray
    lesion_iou: np.ndarray
    lesion: np.ndarray
    candidate_iou: np.ndarray
    ignored: np.ndarray


def match(pairs: Overlaps, confidence: np.ndarray, n_lesions: int, rule: Rule, min_iou: float) -> Matches:
    """Match `n_lesions` lesions with candidates of these confidences; see `detect` for what the rules say."""
    enough = pairs if rule == "any" else pairs.at_least(min_iou)
    won = _assigned(enough) if rule == "hungarian" else enough
    candidate, lesion_iou = _best(won.lesion, n_lesions, won.candidate, won.iou, confidence[won.candidate])
    lesion, candidate_iou = _best(won.candidate, len(confidence), won.lesion, won.iou, won.iou)
    ignored = np.zeros(len(confidence), bool)
    ignored[enough.candidate] = True
    ignored[won.candidate] = False
    return Matches(candidate, lesion_iou, lesion, candidate_iou, ignored)


def _best(
    of: np.ndarray, count: int, partner: np.ndarray, iou: np.ndarray, preference: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The partner with the highest preference, then IoU, then the lowest number, for each of `count`."""
    order = np.lexsort((-partner, iou, preference))
    best, best_iou = np.full(count, -1), np.zeros(count)
    best[of[order]], best_iou[of[order]] = partner[order], iou[order]  # the last one written stays
    return best, best_iou


def _assigned(enough: Overlaps) -> Overlaps:
    """One candidate a lesion and one lesion a candidate: as many matches as possible, then the largest sum of IoU."""
    lesions, row = np.unique(enough.lesion, return_inverse=True)
    candidates, column = np.unique(enough.candidate, return_inverse=True)
    gain = np.zeros((len(lesions), len(candidates)))
    gain[row, column] = enough.iou + min(gain.shape)  # one match more outweighs any IoU of the others
    chosen = np.zeros(gain.shape, bool)
    chosen[linear_sum_assignment(gain, maximize=True)] = True
    kept = chosen[row, column]
    return Overlaps(enough.lesion[kept], enough.candidate[kept], enough.iou[kept])
