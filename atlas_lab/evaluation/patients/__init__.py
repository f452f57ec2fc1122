"""Who has a tumour: ROC curves, thresholds that are chosen once, and what they are worth on other patients."""

from atlas_lab.evaluation.patients.roc import Roc, roc
from atlas_lab.evaluation.patients.threshold import Threshold, choose_threshold

__all__ = ["Roc", "Threshold", "choose_threshold", "roc"]
