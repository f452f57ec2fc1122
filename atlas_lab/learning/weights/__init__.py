"""Published and own weights for a backbone: by name or file, safely, with a report of what went where."""

from atlas_lab.learning.weights.load import WeightsReport, load_weights, read_weights
from atlas_lab.learning.weights.sources import SOURCES, Source

__all__ = ["SOURCES", "Source", "WeightsReport", "load_weights", "read_weights"]
