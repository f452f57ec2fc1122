"""Scores of segmentations: one row a structure, and their summary."""

from atlas_lab.evaluation.scoring.score import score
from atlas_lab.evaluation.scoring.summary import summary

__all__ = ["score", "summary"]
