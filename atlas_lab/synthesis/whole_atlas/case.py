"""One case of a synthetic atlas: tumours spread over its organs, written whole or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.runs import fingerprint, user_errors, write_text
from atlas_lab.runs.files import flush_folder
from atlas_lab.synthesis.result import Synthesis
from atlas_lab.synthesis.synthesize import quietly
from atlas_lab.synthesis.tissue import NoRoom
from atlas_lab.synthesis.whole_atlas.fitting import SMALL, Skipped, fitting, shares, skip
from atlas_lab.synthesis.whole_atlas.folder import RECORD, STAGE
from atlas_lab.synthesis.whole_atlas.order import Order

RECORDS = "synthetic"  # the key in a case's provenance, as `synthesize` has it


@dataclass(frozen=True)
class Unreadable:
    """A case that could not be opened, and why: it takes the way of the others, to be reported with them."""

    id: str
    why: str


@dataclass(frozen=True)
class MakeCase:
    """Give one case its tumours and write it into the folder, wherever this runs."""

    folder: Path
    order: Order

    __name__ = "synthesis"  # what the progress bar says

    def __call__(self, case: Case | Unreadable, rng: np.random.Generator) -> dict[str, Any]:
        """The provenance of the new case; a case in which no organ will do is not written."""
        if isinstance(case, Unreadable):
            raise InputError(case.why)
        steps, skipped = populated(case, self.order, rng)
        records = [step.record for step in steps]
        provenance = {**self.order.origin, "case": _identity(case), "skipped": skipped, RECORDS: records}
        if steps:
            made = steps[-1].case
            made.provenance = provenance
            _write(made, records, self.folder)
        return provenance


def populated(case: Case, order: Order, rng: np.random.Generator) -> tuple[list[Synthesis], list[Skipped]]:
    """The steps that give a case its tumours, each on the case of the one before, and the organs left out.

    What finds no room in one organ goes to the others.
    """
    chosen, skipped = fitting(case.labels, order.organs)
    steps: list[Synthesis] = []
    missing = order.per_case
    while chosen and missing:
        for organ, count in shares(list(chosen), missing, rng):
            step = _some(case, chosen[organ], count, order, int(rng.integers(2**32)))
            if step is not None:
                steps.append(step)
                case, missing = step.case, missing - len(step.tumours)
            elif chosen.pop(organ) not in (other.record["organ"] for other in steps):
                skipped.append(skip(organ, SMALL))
    return steps, skipped


def _some(case: Case, organ: str, count: int, order: Order, seed: int) -> Synthesis | None:
    """`count` tumours; half of them, and so on, where there is no room for all; None where there is none for one."""
    while count:
        try:
            return quietly(case, organ, order.method, order.size, count, seed=seed)
        except NoRoom:
            count //= 2
    return None


def _identity(case: Case) -> dict[str, Any]:
    """What a case was made of, wherever it lies."""
    file = case.ct.source
    found = fingerprint(file) if file is not None and file.is_file() else {}
    return {"id": case.id, "ct_bytes": found.get("size"), "ct_sha256": found.get("sha256"), "provenance": case.provenance}


def _write(case: Case, records: list[dict[str, Any]], folder: Path) -> None:
    target = folder / case.id
    with user_errors(folder), tempfile.TemporaryDirectory(prefix=STAGE, dir=folder) as stage:
        written = case.save(stage)
        write_text(written / RECORD, json.dumps(records, indent=1))
        try:
            os.rename(written, target)
        except OSError:
            if not target.exists():  # else another run was here, with the same bytes
                raise
        flush_folder(folder)


def rows(id: str, provenance: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A row a tumour of a finished case."""
    for record in provenance[RECORDS]:
        for tumour in record["tumours"]:
            yield {"id": id, **tumour["measured"], "planned_mm": tumour["diameter_mm"], "phase": record["phase"]}
