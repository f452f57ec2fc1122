"""What the notebooks share: opening their source, checking their exercises, and the claims they answer."""

from atlas_lab.lessons.board import talk
from atlas_lab.lessons.claims import CLAIMS, Claim
from atlas_lab.lessons.exercises import check, unsolved
from atlas_lab.lessons.segmentations import Segmentation, made_up_segmentations, real_segmentations, real_structures
from atlas_lab.lessons.simulated import lesion_patients, simulated_detector
from atlas_lab.lessons.source import open_atlas, open_case
from atlas_lab.lessons.studies import study

__all__ = [
    "CLAIMS",
    "Claim",
    "Segmentation",
    "check",
    "lesion_patients",
    "made_up_segmentations",
    "open_atlas",
    "open_case",
    "real_segmentations",
    "real_structures",
    "simulated_detector",
    "study",
    "talk",
    "unsolved",
]
