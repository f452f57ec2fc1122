"""Pipelines: notebooks as functions with typed parameters, each execution a run."""

from atlas_lab.pipelines.execute import CellFailed, report_path, run_notebook
from atlas_lab.pipelines.notebooks import Notebook, find_notebook, list_notebooks, notebooks_folder
from atlas_lab.pipelines.parameters import Parameter, ParameterError, check, read_values

__all__ = [
    "CellFailed",
    "Notebook",
    "Parameter",
    "ParameterError",
    "check",
    "find_notebook",
    "list_notebooks",
    "notebooks_folder",
    "read_values",
    "report_path",
    "run_notebook",
]
