"""`record`: putting a number or a picture into the manifest of the run that is going on."""

import hashlib
import json
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.runs.files import atomic_write, user_errors
from atlas_lab.runs.run import FOLDER_VARIABLE, RECORDS, current_folder


def record(
    name: str,
    value: Any,
    ci: Sequence[float] | None = None,
    n: int | None = None,
    unit: str = "",
    claim: str | None = None,
) -> None:
    """Put a metric or a figure into the manifest of the current run; outside a run only check it.

    `value` is a finite number or a matplotlib figure (saved as PNG), `ci` the (low, high) ends of its confidence
    interval in the same unit, `n` the number of observations, `claim` an id of the claims table. A name recorded twice
    keeps its last value. InputError: one of these is not as described, or the run folder cannot be written.
    """
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise InputError(f"record: the name {name!r} is not one line of text")
    if claim is not None and not (isinstance(claim, str) and claim.strip()):
        raise InputError(f"record {name!r}: claim {claim!r} is not an id of the claims table")
    folder = _run_folder()
    if hasattr(value, "savefig"):
        if not (ci is None and n is None and not unit):
            raise InputError(f"record {name!r}: a figure takes no ci, n or unit")
        if folder is not None:
            _append(folder, {"name": name, "path": _save_figure(folder, name, value), "claim": claim})
        return
    if not isinstance(unit, str):
        raise InputError(f"record {name!r}: unit {unit!r} is not text")
    metric = {"value": _number(name, "value", value), "ci": _interval(name, ci), "n": _count(name, n)}
    if folder is not None:
        _append(folder, {"name": name, **metric, "unit": unit, "claim": claim})


def _run_folder() -> Path | None:
    folder = current_folder()
    if folder is not None and not folder.is_dir():
        raise InputError(f"{folder}: the run folder named by {FOLDER_VARIABLE} is gone")
    return folder


def _number(name: str, what: str, value: Any) -> float | int:
    if hasattr(value, "item"):  # a numpy or torch scalar
        try:
            value = value.item()
        except (ValueError, RuntimeError):
            raise InputError(f"record {name!r}: {what} holds several values; record one number") from None
    if not isinstance(value, int | float):
        raise InputError(f"record {name!r}: {what} {value!r} is not a number")
    if not math.isfinite(value):
        raise InputError(f"record {name!r}: {what} is {value}; record only finite numbers")
    return value


def _interval(name: str, ci: Sequence[float] | None) -> list[float] | None:
    if ci is None:
        return None
    try:
        low, high = ci
    except (TypeError, ValueError):
        raise InputError(f"record {name!r}: ci {ci!r} is not a pair (low, high)") from None
    ends = [_number(name, "ci", low), _number(name, "ci", high)]
    if ends[0] > ends[1]:
        raise InputError(f"record {name!r}: ci {tuple(ends)} has its low end above its high end")
    return ends


def _count(name: str, n: int | None) -> int | None:
    if n is None:
        return None
    count = _number(name, "n", n)
    if count != int(count) or count < 0:
        raise InputError(f"record {name!r}: n {n!r} is not a number of observations")
    return int(count)


def _save_figure(folder: Path, name: str, figure: Any) -> str:
    slug = re.sub(r"[^\w-]+", "_", name)
    if slug != name:  # two names must not share a file
        slug = f"{slug[:80]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    relative = f"figures/{slug}.png"
    with atomic_write(folder / relative) as temporary:
        figure.savefig(temporary, format="png", dpi=150, bbox_inches="tight")
    return relative


def _append(folder: Path, entry: dict[str, Any]) -> None:
    """One line in one write, so that processes that record at the same time do not mix their lines."""
    line = json.dumps(entry, allow_nan=False) + "\n"
    path = folder / RECORDS
    with user_errors(path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(handle, line.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
