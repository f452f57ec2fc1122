"""Charts of what was measured: curves, intervals, distributions."""

from atlas_lab.figures.charts.agreement import bland_altman_chart
from atlas_lab.figures.charts.distribution import distribution_chart
from atlas_lab.figures.charts.froc import froc_chart
from atlas_lab.figures.charts.interval import interval_chart
from atlas_lab.figures.charts.light import lighten
from atlas_lab.figures.charts.paired import paired_chart
from atlas_lab.figures.charts.realism import realism_chart
from atlas_lab.figures.charts.reliability import reliability_chart
from atlas_lab.figures.charts.roc import roc_chart
from atlas_lab.figures.charts.sensitivity import sensitivity_chart
from atlas_lab.figures.charts.separability import separability_chart
from atlas_lab.figures.charts.training import training_chart

__all__ = [
    "bland_altman_chart",
    "distribution_chart",
    "froc_chart",
    "interval_chart",
    "lighten",
    "paired_chart",
    "realism_chart",
    "reliability_chart",
    "roc_chart",
    "sensitivity_chart",
    "separability_chart",
    "training_chart",
]
