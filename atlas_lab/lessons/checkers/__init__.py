"""What checks each exercise: its name → a function of the student's answer."""

from atlas_lab.lessons.checkers import evaluation, explore_volumes, start_here
from atlas_lab.lessons.verdict import Checker

CHECKERS: dict[str, Checker] = {
    "volume_ml": start_here.volume_ml,
    "left_of": start_here.left_of,
    "robust_z": explore_volumes.robust_z,
    "annotated_for": explore_volumes.annotated_for,
    "contradictions": evaluation.contradictions,
    "tolerance_mm": evaluation.tolerance_mm,
    "wilson": evaluation.wilson,
    "choose": evaluation.choose,
}
