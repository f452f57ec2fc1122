"""Surfaces of label maps: their elements, areas and distances."""

from atlas_lab.evaluation.surfaces.pair import SurfacePair, surfaces

__all__ = ["SurfacePair", "surfaces"]
