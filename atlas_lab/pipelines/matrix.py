"""`matrix:`: one run of a step for each combination of parameter values."""

import itertools
import re
from typing import Any

from atlas_lab.errors import ParameterError
from atlas_lab.pipelines.references import parsed, references_in

_UNSAFE = re.compile(r"[^\w.+-]+")  # what a folder's name cannot have everywhere
_LONGEST = 40
_LONGEST_ID = 120  # letters: it names a folder, and files beside it


def combinations(name: str, matrix: Any, where: str) -> dict[str, dict[str, Any]]:
    """Run id → the values the matrix gives it; without a matrix the one run is called `name`.

    The id of a run is the step's name and its values (`train-seed=1`). ParameterError names `where`: not lists of
    values, an empty list, values that cannot be told apart.
    """
    if not isinstance(matrix, dict) or not all(isinstance(key, str) for key in matrix):
        raise ParameterError(f"{where}: matrix must be `parameter: [values]` pairs")
    for key, values in matrix.items():
        if not isinstance(values, list) or not values:
            raise ParameterError(f"{where}: matrix {key} must be a list of at least one value")
        if any(references_in([parsed(value, where) for value in values])):
            raise ParameterError(f"{where}: matrix {key} refers to another step; put the reference under parameters")
    runs: dict[str, dict[str, Any]] = {}
    for values in itertools.product(*matrix.values()):
        chosen = dict(zip(matrix, values, strict=True))
        id = "-".join([name, *(f"{key}={_short(value)}" for key, value in chosen.items())])
        if len(id) > _LONGEST_ID:
            raise ParameterError(
                f"{where}: a run would be called {id[:40]}…, longer than {_LONGEST_ID} letters; shorten names or values"
            )
        if id in runs or chosen in runs.values():
            raise ParameterError(f"{where}: matrix has two runs called {id}; give values that differ in letters or digits")
        runs[id] = chosen
    return runs


def _short(value: Any) -> str:
    return _UNSAFE.sub("_", str(value)).strip("_")[-_LONGEST:]
