"""Segmentation networks behind one interface, by name, in the published and in a tiny size."""

from atlas_lab.learning.backbones.base import Backbone, Features
from atlas_lab.learning.backbones.registry import BACKBONES, backbone, backbones, outline

__all__ = ["BACKBONES", "Backbone", "Features", "backbone", "backbones", "outline"]
