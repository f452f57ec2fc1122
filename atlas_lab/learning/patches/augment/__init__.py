"""Augmentation in batch, on the device."""

from atlas_lab.learning.patches.augment.augmentation import SUPREM_WINDOW, Augmentation, Augmented
from atlas_lab.learning.patches.augment.intensity import windowed
from atlas_lab.learning.patches.augment.presets import PRESETS, Preset

__all__ = ["PRESETS", "SUPREM_WINDOW", "Augmentation", "Augmented", "Preset", "windowed"]
