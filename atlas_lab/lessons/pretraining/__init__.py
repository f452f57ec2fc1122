"""What the pre-training lesson needs beside the library: its patients, what a bottleneck says of a voxel, a picture of it."""

from atlas_lab.lessons.pretraining.features import bottleneck_at, bottlenecks, encoder
from atlas_lab.lessons.pretraining.patients import JUDGED, Patients, patients
from atlas_lab.lessons.pretraining.picture import feature_picture
from atlas_lab.lessons.pretraining.place import place
from atlas_lab.lessons.pretraining.probe import probe, voxels_of

__all__ = [
    "JUDGED",
    "Patients",
    "bottleneck_at",
    "bottlenecks",
    "encoder",
    "feature_picture",
    "patients",
    "place",
    "probe",
    "voxels_of",
]
