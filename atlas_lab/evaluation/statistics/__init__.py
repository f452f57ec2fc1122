"""Intervals, tests and effect sizes."""

from atlas_lab.evaluation.statistics.bootstrap import bootstrap
from atlas_lab.evaluation.statistics.delong import AucComparison, auc, compare_auc
from atlas_lab.evaluation.statistics.effects import cliffs_delta, cohens_dz, probability_of_superiority, rank_biserial
from atlas_lab.evaluation.statistics.equivalence import Equivalence, equivalence
from atlas_lab.evaluation.statistics.intervals import Interval, interval_table, proportion
from atlas_lab.evaluation.statistics.paired import PairedTest, adjust, paired_test

__all__ = [
    "AucComparison",
    "Equivalence",
    "Interval",
    "PairedTest",
    "adjust",
    "auc",
    "bootstrap",
    "cliffs_delta",
    "cohens_dz",
    "compare_auc",
    "equivalence",
    "interval_table",
    "paired_test",
    "probability_of_superiority",
    "proportion",
    "rank_biserial",
]
