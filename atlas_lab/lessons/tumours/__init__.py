"""What the lesson on synthesis shows: one place of several scans, a tumour that grows, a lesion to imitate."""

from atlas_lab.lessons.tumours.growth import growth_chart, growth_table, stages
from atlas_lab.lessons.tumours.patients import healthy, three_phases
from atlas_lab.lessons.tumours.place import fullest_voxel, side_by_side
from atlas_lab.lessons.tumours.target import Target, profile_chart, target

__all__ = [
    "Target",
    "fullest_voxel",
    "growth_chart",
    "growth_table",
    "healthy",
    "profile_chart",
    "side_by_side",
    "stages",
    "target",
    "three_phases",
]
