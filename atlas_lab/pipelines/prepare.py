"""What a step runs with once the steps before it are done: values, fingerprints of what it reads, and its key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_lab._version import __version__
from atlas_lab.pipelines.notebooks import Notebook
from atlas_lab.pipelines.parameters import check
from atlas_lab.pipelines.references import Reference, references_in, replaced
from atlas_lab.pipelines.store import Store
from atlas_lab.runs import fingerprint, step_key


@dataclass(frozen=True)
class Prepared:
    """`given` are the parameters to inject, `values` all of them, `inputs` the fingerprints of those that are read."""

    given: dict[str, Any]
    values: dict[str, Any]
    inputs: dict[str, dict[str, Any]]
    key: str


def prepare(notebook: Notebook, parameters: Mapping[str, Any], store: Store | None = None) -> Prepared:
    """Resolve references, check every value and take the fingerprints of the files and folders among them.

    ParameterError: a wrong value. InputError: a step left no artefact of the name referred to.
    """
    found: dict[Reference, tuple[Path, dict[str, Any]]] = {}
    for value in parameters.values():
        for reference in references_in(value):
            assert store is not None  # only a pipeline has references
            found[reference] = store.artefact(reference.step, reference.artefact)
    given = {name: replaced(value, lambda r: str(found[r][0])) for name, value in parameters.items()}
    values = check(notebook.parameters, given, notebook.name)
    inputs = {}
    for name, value in values.items():
        referred = [found[r][1] for r in references_in(parameters.get(name))]
        if referred:
            inputs[name] = referred[0] if len(referred) == 1 else {"kind": "artefacts", "sha256": [f["sha256"] for f in referred]}
        elif _is_path(value):
            inputs[name] = fingerprint(value)
    key = step_key(notebook.source, values, inputs, __version__)
    return Prepared({name: values[name] for name in given}, values, inputs, key)


def _is_path(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(value) and Path(value).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # too long for a path, a null byte, no such user
        return False
