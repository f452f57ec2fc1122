"""The page of an evaluation: scores, lesions, worst cases and what was missing, in one offline file."""

from atlas_lab.reports.evaluation.pictures import Card
from atlas_lab.reports.evaluation.report import EvaluationReport, Lesions, evaluation_page

__all__ = ["Card", "EvaluationReport", "Lesions", "evaluation_page"]
