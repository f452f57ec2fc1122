"""Two models on the same cases."""

from atlas_lab.evaluation.comparing.compare import compare
from atlas_lab.evaluation.comparing.comparison import Comparison

__all__ = ["Comparison", "compare"]
