"""Releases, structures, tumours, colours, typical values and public label sets: the only such table."""

from atlas_lab.anatomy.label_sets import LABEL_SETS, LabelSet, label_set, pair, translate
from atlas_lab.anatomy.releases import BY_NAME, MAX_ID, ORGANS, RELEASES, Release, class_map, color, organ, structure
from atlas_lab.anatomy.structures import PHASES, STRUCTURES, TUMORS, Structure

__all__ = [
    "BY_NAME",
    "LABEL_SETS",
    "MAX_ID",
    "ORGANS",
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
    "pair",
    "structure",
    "translate",
]
