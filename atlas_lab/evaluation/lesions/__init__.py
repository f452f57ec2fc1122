"""Lesions found, missed and imagined: one case, many cases, two models."""

from atlas_lab.evaluation.lesions.compare import SensitivityComparison, compare_sensitivity
from atlas_lab.evaluation.lesions.detect import Detection, detect
from atlas_lab.evaluation.lesions.detections import Detections

__all__ = ["Detection", "Detections", "SensitivityComparison", "compare_sensitivity", "detect"]
