"""Evaluation: overlap and surfaces, lesions, patients, calibration, agreement, statistics."""

from atlas_lab.evaluation import patients, statistics
from atlas_lab.evaluation.agreement import BlandAltman, bland_altman, inter_rater
from atlas_lab.evaluation.axes import Axes, long_short_axes
from atlas_lab.evaluation.calibration import Calibration, calibration
from atlas_lab.evaluation.comparing import Comparison, compare
from atlas_lab.evaluation.conventions import CONVENTIONS, Convention
from atlas_lab.evaluation.folders import Evaluation, evaluate, read_scores
from atlas_lab.evaluation.lesions import Detection, Detections, SensitivityComparison, compare_sensitivity, detect
from atlas_lab.evaluation.scoring import score, summary
from atlas_lab.evaluation.uls23 import Uls23Score, consistency_dice, uls23_score

__all__ = [
    "CONVENTIONS",
    "Axes",
    "BlandAltman",
    "Calibration",
    "Comparison",
    "Convention",
    "Detection",
    "Detections",
    "Evaluation",
    "SensitivityComparison",
    "Uls23Score",
    "bland_altman",
    "calibration",
    "compare",
    "compare_sensitivity",
    "consistency_dice",
    "detect",
    "evaluate",
    "inter_rater",
    "long_short_axes",
    "patients",
    "read_scores",
    "score",
    "statistics",
    "summary",
    "uls23_score",
]
