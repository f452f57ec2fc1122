"""Whole folders of predictions: scored against the truth, kept as tables, shown as a page."""

from atlas_lab.evaluation.folders.evaluate import evaluate
from atlas_lab.evaluation.folders.files import read_scores
from atlas_lab.evaluation.folders.result import Evaluation

__all__ = ["Evaluation", "evaluate", "read_scores"]
