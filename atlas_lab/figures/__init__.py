"""Static pictures of CTs and label maps."""

from atlas_lab.figures.multiplanar import multiplanar

__all__ = ["multiplanar"]
