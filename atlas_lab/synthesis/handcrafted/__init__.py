"""Tumours from a recipe (Hu et al., Label-Free Liver Tumor Segmentation, CVPR 2023)."""

from atlas_lab.synthesis.handcrafted.handcrafted import Handcrafted

__all__ = ["Handcrafted"]
