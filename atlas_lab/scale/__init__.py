"""The one way to map a function over cases: local processes or a Dask cluster, progress, resume."""

from atlas_lab.scale.cases import map_cases
from atlas_lab.scale.results import CaseResults

__all__ = ["CaseResults", "map_cases"]
