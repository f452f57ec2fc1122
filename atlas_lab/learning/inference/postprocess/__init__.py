"""What is known of a structure before anything is looked at, applied to its mask: one rule a function."""

from atlas_lab.learning.inference.postprocess.apply import postprocess

__all__ = ["postprocess"]
