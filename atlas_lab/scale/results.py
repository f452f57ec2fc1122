"""What a function gave for each case: in memory, and kept on disk so that a stopped run goes on."""

import functools
import hashlib
import inspect
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas_lab.errors import InputError
from atlas_lab.runs import atomic_write

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class CaseResults:
    """The `values` by case id, in the order of the atlas, and the `errors` (one line each) of the cases that failed."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> "pd.DataFrame":
        """A row a case, for values that are mappings of column → number, or single numbers (column `value`)."""
        import pandas as pd

        rows = {id: dict(value) if hasattr(value, "keys") else {"value": value} for id, value in self.values.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")

    def require_all(self) -> "CaseResults":
        """Itself when no case failed. InputError: how many failed, and why the first did."""
        if self.errors:
            id, said = next(iter(self.errors.items()))
            total = len(self.errors) + len(self.values)
            raise InputError(f"{len(self.errors)} of {total} cases failed, the first is {id}: {said}")
        return self


class Kept:
    """A folder with one pickled value a case, each with the key of the function that made it."""

    def __init__(self, folder: Path, function: Callable[..., Any], seed: int | None) -> None:
        self.folder = folder
        self.key = hashlib.sha256(f"{_identity(function)}\0{seed}".encode()).hexdigest()

    def load(self, id: str) -> tuple[Any] | None:
        """The value of a case as a tuple of one, None when this function has not made it (or it is damaged)."""
        try:
            content = pickle.loads((self.folder / f"{id}.pickle").read_bytes())
            return (content["value"],) if content["key"] == self.key else None
        except Exception:  # a pickle fails in any way; the value is made again
            return None

    def save(self, id: str, value: Any) -> None:
        """Write the value of a case, all or nothing. InputError: disk full, no permission."""
        content = pickle.dumps({"key": self.key, "value": value})
        with atomic_write(self.folder / f"{id}.pickle") as temporary:
            temporary.write_bytes(content)


def _identity(function: Callable[..., Any]) -> str:
    """A text that changes when the function's code, bound arguments or closed-over values do."""
    if isinstance(function, functools.partial):
        return f"{_identity(function.func)}{function.args!r}{sorted(function.keywords.items())!r}"
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        source = repr(function)
    closed = inspect.getclosurevars(function).nonlocals if inspect.isfunction(function) else {}
    return f"{getattr(function, '__qualname__', '')}{source}{sorted(closed.items())!r}"
