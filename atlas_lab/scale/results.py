"""What a function gave for each case: in memory, and kept on disk so that a stopped run goes on."""

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas_lab.errors import InputError
from atlas_lab.runs import atomic_write, fingerprint
from atlas_lab.scale.call import one_line
from atlas_lab.scale.identity import identity

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class CaseResults:
    """The `values` by case id, in the order of the atlas, and the `errors` (one line each) of the cases that failed."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> "pd.DataFrame":
        """A row a case, for values that are mappings of column → number, or single numbers (column `value`).

        Values that are tables stand one below the other, with the case's id as the first level of the index.
        """
        import pandas as pd

        if self.values and all(isinstance(value, pd.DataFrame) for value in self.values.values()):
            return pd.concat(self.values, names=["id"])
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
    """A folder with one pickled value a case, each with the key of the function, seed and case files that made it."""

    def __init__(self, folder: Path, function: Callable[..., Any], seed: int | None) -> None:
        self.folder = folder
        self._function = f"{identity(function)}\0{seed}"
        self._keys: dict[str, str] = {}

    def load(self, case: Any) -> tuple[Any] | None:
        """The value of a case as a tuple of one, None when it was made otherwise, or not yet (or is damaged)."""
        key = self._keys[case.id] = hashlib.sha256(f"{self._function}\0{_files(case)}".encode()).hexdigest()
        try:
            content = pickle.loads((self.folder / f"{case.id}.pickle").read_bytes())
            return (content["value"],) if content["key"] == key else None
        except Exception:  # a pickle fails in any way; the value is made again
            return None

    def save(self, id: str, value: Any) -> str | None:
        """Write the value of a case, all or nothing; what is wrong with it in one line when it cannot be kept.

        InputError: disk full, no permission.
        """
        try:
            content = pickle.dumps({"key": self._keys[id], "value": value})
        except Exception as error:  # whatever the value's class raises
            return one_line(error)
        with atomic_write(self.folder / f"{id}.pickle") as temporary:
            temporary.write_bytes(content)
        return None


def _files(case: Any) -> str:
    """A text that changes when the case is another one of the same id, or its files change."""
    folder = getattr(case, "folder", None)
    source = folder or getattr(getattr(case, "ct", None), "source", None)
    if source is None:
        return repr(case)
    status = source.stat()
    listing = fingerprint(folder)["sha256"] if folder else f"{status.st_size}:{status.st_mtime_ns}"
    return f"{source}\0{listing}"
