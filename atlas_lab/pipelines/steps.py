"""A pipeline file: which notebooks, with which parameters, after which others. Checked as a whole before anything starts.

steps:
  make:                                    # the step's name; the notebook of that name unless `notebook` says other
    notebook: explore_volumes
    parameters: {cases: 8}
    matrix: {seed: [0, 1, 2]}              # a run for each combination of these values
  use:
    needs: [make]                          # order only; a reference needs its step by itself
    parameters: {tables: "${make.cohort.csv}"}   # of a swept step: the list of what its runs left
"""

import graphlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError, ParameterError, nearest
from atlas_lab.pipelines.matrix import combinations
from atlas_lab.pipelines.notebooks import Notebook, find_notebook
from atlas_lab.pipelines.parameters import check
from atlas_lab.pipelines.references import Reference, parsed, references_in, replaced
from atlas_lab.pipelines.yaml_files import read_mapping

_KEYS = ("notebook", "parameters", "needs", "matrix")
_NAME = re.compile(r"[A-Za-z0-9][\w-]*")


@dataclass(frozen=True)
class Step:
    """One run of a notebook: `parameters` are plain values and `Reference`s, `needs` the ids of the steps before it."""

    id: str
    notebook: Notebook
    parameters: dict[str, Any]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Pipeline:
    """A checked pipeline; `steps` are in an order in which each comes after those it needs."""

    name: str
    steps: dict[str, Step]


@dataclass(frozen=True)
class _Declared:
    """A step as the file has it, and the ids of its runs with the values the matrix gives each."""

    notebook: Notebook
    parameters: dict[str, Any]
    needs: tuple[str, ...]
    runs: dict[str, dict[str, Any]]
    swept: bool


def read_pipeline(
    path: Path, given: Mapping[str, Any] | None = None, sizes: Mapping[str, Mapping[str, Any]] | None = None
) -> Pipeline:
    """The pipeline in the file `path`.

    `sizes` maps a notebook's name to parameters that replace the file's plain ones, `given` are parameters that replace
    both in every step whose notebook has them. ParameterError: anything that would go wrong for certain, such as a
    cycle, an unknown notebook, step, artefact or parameter, a value of the wrong type.
    """
    content = read_mapping(path)
    for key in content:
        if key != "steps":
            raise ParameterError(
                f"{path}: unknown key {key!r}: {nearest(key, ['steps'])}a pipeline has `steps:` and nothing beside it"
            )
    if "steps" not in content or not isinstance(content["steps"], dict) or not content["steps"]:
        raise ParameterError(f"{path}: a pipeline is a mapping `steps:` of at least one step")
    declared = {str(name): _declared(str(name), body, path) for name, body in content["steps"].items()}
    _require_taken(given or {}, declared)
    folders: dict[str, str] = {}
    for id in (id for step in declared.values() for id in step.runs):
        if folders.setdefault(id.lower(), id) != id:  # one folder on some file systems
            raise ParameterError(
                f"{path}: the steps {folders[id.lower()]} and {id} differ in upper and lower case only; rename one"
            )
    steps = {}
    for name, step in declared.items():
        _check_targets(name, step, declared, path)
        takes = {parameter.name for parameter in step.notebook.parameters}
        size = {key: value for key, value in (sizes or {}).get(step.notebook.name, {}).items() if key in takes}
        named = {key: value for key, value in (given or {}).items() if key in takes}
        fixed = {key: value for key, value in step.parameters.items() if any(references_in(value))}
        needed = dict.fromkeys([*step.needs, *(r.step for value in step.parameters.values() for r in references_in(value))])
        needs = tuple(run for other in needed for run in declared[other].runs)
        for id, chosen in step.runs.items():
            parameters = {**step.parameters, **size, **fixed, **chosen, **named}
            values = {key: replaced(value, lambda r: _expanded(r, declared)) for key, value in parameters.items()}
            _check_types(id, step.notebook, values, path)
            steps[id] = Step(id, step.notebook, values, needs)
    return Pipeline(path.stem, {id: steps[id] for id in _ordered(steps, path)})


def _declared(name: str, body: Any, path: Path) -> _Declared:
    where = f"{path}: step {name}"
    body = {} if body is None else body
    if not _NAME.fullmatch(name):
        raise ParameterError(f"{where}: a step's name is letters, digits, - and _, because it names a folder")
    if not isinstance(body, dict):
        raise ParameterError(f"{where}: must hold {', '.join(_KEYS)}, not {body!r}")
    for key in body:
        if key not in _KEYS:
            raise ParameterError(f"{where}: unknown key {key!r}: {nearest(str(key), _KEYS)}a step has {', '.join(_KEYS)}")
    parameters, matrix, needs = body.get("parameters") or {}, body.get("matrix") or {}, body.get("needs") or []
    if not isinstance(parameters, dict) or not all(isinstance(key, str) for key in parameters):
        raise ParameterError(f"{where}: parameters must be `name: value` pairs")
    both = sorted(set(parameters) & set(matrix)) if isinstance(matrix, dict) else []
    if both:
        raise ParameterError(f"{where}: {both[0]} stands under parameters and under matrix; remove one of the two")
    needs = [needs] if isinstance(needs, str) else needs
    if not isinstance(needs, list) or not all(isinstance(other, str) for other in needs):
        raise ParameterError(f"{where}: needs must be a list of step names")
    return _Declared(
        _notebook(str(body.get("notebook", name)), where, path),
        {key: parsed(value, f"{where}, parameter {key}") for key, value in parameters.items()},
        tuple(needs),
        combinations(name, matrix, where),
        bool(matrix),
    )


def _notebook(name: str, where: str, path: Path) -> Notebook:
    """A notebook of the series by name, or a file beside the pipeline's."""
    try:
        notebook = Notebook.at(path.absolute().parent / name) if name.endswith(".ipynb") else find_notebook(name)
        _ = notebook.parameters
    except InputError as error:
        raise ParameterError(f"{where}: {error}") from None
    return notebook


def _require_taken(given: Mapping[str, Any], declared: Mapping[str, _Declared]) -> None:
    known = {parameter.name for step in declared.values() for parameter in step.notebook.parameters}
    for name in given:
        if name not in known:
            raise ParameterError(f"unknown parameter {name!r}: {nearest(name, known)}the steps have {', '.join(sorted(known))}")


def _check_targets(name: str, step: _Declared, declared: Mapping[str, _Declared], path: Path) -> None:
    """ParameterError: `step` needs a step that is not there, or an artefact that its notebook never names."""
    referred = [(r.step, r.artefact) for value in step.parameters.values() for r in references_in(value)]
    for other, artefact in [*((other, None) for other in step.needs), *referred]:
        where = f"{path}: step {name}"
        if other not in declared:
            raise ParameterError(f"{where}: needs the unknown step {other!r}: {nearest(other, declared)}".rstrip(": "))
        leaves = declared[other].notebook.artefacts
        if artefact is not None and not any(artefact == left or left.startswith(f"{artefact}/") for left in leaves):
            has = f"it leaves {', '.join(leaves)}" if leaves else "it leaves none (al.artefact names them)"
            raise ParameterError(f"{where}: step {other} leaves no {artefact!r}: {nearest(artefact, leaves)}{has}")


def _expanded(reference: Reference, declared: Mapping[str, _Declared]) -> Any:
    """A reference to a swept step stands for the list of its runs."""
    target = declared[reference.step]
    return [Reference(run, reference.artefact) for run in target.runs] if target.swept else reference


def _check_types(id: str, notebook: Notebook, parameters: Mapping[str, Any], path: Path) -> None:
    try:
        check(notebook.parameters, {key: replaced(value, str) for key, value in parameters.items()}, notebook.name)
    except ParameterError as error:
        raise ParameterError(f"{path}: step {id}: {error}") from None


def _ordered(steps: Mapping[str, Step], path: Path) -> list[str]:
    try:
        return list(graphlib.TopologicalSorter({id: step.needs for id, step in steps.items()}).static_order())
    except graphlib.CycleError as error:
        raise ParameterError(f"{path}: steps need each other in a circle: {' needs '.join(reversed(error.args[1]))}") from None
