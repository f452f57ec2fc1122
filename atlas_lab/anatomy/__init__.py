"""Releases, structures, tumours, colours, typical values and public label sets: the only such table."""

from atlas_lab.anatomy.label_sets import LABEL_SETS, LabelSet, label_set, translate
from atlas_lab.anatomy.releases import BY_NAME, MAX_ID, RELEASES, Release, class_map, color, organ, structure
from atlas_lab.anatomy.structures import PHASES, STRUCTURES, TUMORS, Structure

__all__ = [
    "BY_NAME",
    "LABEL_SETS",
    "MAX_ID",
    "PHASES",
    "RELEASES",
    "STRUCTURES",
    "TUMORS",
    "LabelSet",
    "Release",
    "Structure",
    "class_map",
    "color",
    "label_set",
    "organ",
    "structure",
    "translate",
]
