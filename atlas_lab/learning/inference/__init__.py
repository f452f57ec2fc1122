"""Inference: a model moved over a CT."""

from atlas_lab.learning.inference.predict import predict, predict_masks
from atlas_lab.learning.inference.sliding import Slab, sliding_window

__all__ = ["Slab", "predict", "predict_masks", "sliding_window"]
