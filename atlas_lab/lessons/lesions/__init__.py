"""Lesions after the organs: small nnU-Nets by their size, after ULS23, and patients found and missed, after FELIX."""

from atlas_lab.lessons.lesions.by_size import lesion_models, size_chart
from atlas_lab.lessons.lesions.detecting import by_type, detector, suspicion
from atlas_lab.lessons.lesions.patients import CONTROL, SPLITS, PatientSet, pancreas_patients
from atlas_lab.lessons.lesions.training import pretrained
from atlas_lab.lessons.lesions.volumes import LESION, central, lesion_atlas, lesion_volumes

__all__ = [
    "CONTROL",
    "LESION",
    "SPLITS",
    "PatientSet",
    "by_type",
    "central",
    "detector",
    "lesion_atlas",
    "lesion_models",
    "lesion_volumes",
    "pancreas_patients",
    "pretrained",
    "size_chart",
    "suspicion",
]
