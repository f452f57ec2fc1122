"""Pipelines: notebooks as functions with typed parameters, each execution a run."""

from atlas_lab.pipelines.dag import Outcome, run_pipeline
from atlas_lab.pipelines.execute import CellFailed, run_notebook
from atlas_lab.pipelines.notebooks import Notebook, find_notebook, list_notebooks, notebooks_folder
from atlas_lab.pipelines.parameters import Parameter, check, read_values
from atlas_lab.pipelines.sizes import find_pipeline, size_parameters
from atlas_lab.pipelines.steps import Pipeline, Step, read_pipeline
from atlas_lab.pipelines.worker import Result

__all__ = [
    "CellFailed",
    "Notebook",
    "Outcome",
    "Parameter",
    "Pipeline",
    "Result",
    "Step",
    "check",
    "find_notebook",
    "find_pipeline",
    "list_notebooks",
    "notebooks_folder",
    "read_pipeline",
    "read_values",
    "run_notebook",
    "run_pipeline",
    "size_parameters",
]
