"""The data path: cases resampled once into the cache, patches read from memory maps, augmented in batch on the device."""

from atlas_lab.learning.patches.augment import PRESETS, SUPREM_WINDOW, Augmentation, Augmented, Preset, windowed
from atlas_lab.learning.patches.bits import expand
from atlas_lab.learning.patches.loader import Batch, batches
from atlas_lab.learning.patches.prepare import prepare
from atlas_lab.learning.patches.prepared import PreparedCase, PreparedCases
from atlas_lab.learning.patches.randomness import generator_of
from atlas_lab.learning.patches.transforms import PatchMasks, PatchTransform

__all__ = [
    "PRESETS",
    "SUPREM_WINDOW",
    "Augmentation",
    "Augmented",
    "Batch",
    "PatchMasks",
    "PatchTransform",
    "PreparedCase",
    "PreparedCases",
    "Preset",
    "batches",
    "expand",
    "generator_of",
    "prepare",
    "windowed",
]
