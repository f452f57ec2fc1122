"""Tumours into a whole atlas, a case at a time, on this machine or a Dask cluster."""

from atlas_lab.synthesis.whole_atlas.run import WholeAtlas, synthesize_atlas

__all__ = ["WholeAtlas", "synthesize_atlas"]
