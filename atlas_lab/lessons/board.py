"""The claims board: what was published beside what runs of one's own measured."""

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from atlas_lab.errors import InputError, nearest
from atlas_lab.lessons.claims import CLAIMS, PARTS, Claim
from atlas_lab.lessons.source import PHANTOM
from atlas_lab.pipelines import notebooks_folder
from atlas_lab.reports.found import find_runs
from atlas_lab.reports.values import interval, number

_KNOWN = frozenset(claim.id for claim in CLAIMS)


class Board(pd.DataFrame):
    """A table whose texts Jupyter shows whole, however long they are."""

    @property
    def _constructor(self) -> type["Board"]:
        return Board

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            table = self.to_html(notebook=True, na_rep="", float_format=number, justify="left")
        return table.replace("<td>", '<td style="text-align: left; vertical-align: top">')  # texts, not numbers


def talk(runs: str | os.PathLike[str] = "runs", *, part: str | None = None) -> pd.DataFrame:
    """Each claim of the talk: its published value and source, your phantom value, your real-data value, the way to fill it.

    `phantom` and `real` hold what the newest finished run in the folder `runs` recorded with `claim=ID` (`real`: its
    `source` was not the phantom), as `value [low, high] unit, n = observations`; studies that come with the notebooks
    stand in, marked so, where there is no run. `cell` is the command that runs the notebook. A note in brackets before
    `published` says what to know before repeating it. `part` chooses one part of the talk, such as `synthesis`. A folder
    that is not there holds no runs; ids that no claim has are named in a warning. InputError: no such part.
    """
    if part not in (None, *PARTS):
        raise InputError(f"no part {part!r}: {nearest(str(part), PARTS)}the parts are {', '.join(PARTS)}")
    studies = [manifest | {"study": True} for manifest in _finished(notebooks_folder() / "results")]
    manifests = [*studies, *_finished(Path(runs).expanduser())]
    _warn_of_unknown(entry["claim"] for manifest in manifests for entry in manifest["metrics"].values() if entry.get("claim"))
    rows = [_row(claim, manifests) for claim in CLAIMS if part in (None, claim.part)]
    return Board(rows).set_index("id")


def _row(claim: Claim, manifests: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": claim.id,
        "claim": claim.claim,
        "published": f"[{claim.note}] {claim.published}" if claim.note else claim.published,
        "value": claim.value,
        "unit": claim.unit,
        "method": claim.method,
        "source": claim.source,
        "notebook": claim.notebook,
        "phantom": "",
        "real": "",
        "cell": f"atlas-lab run {claim.notebook.partition('_')[2]}",
    }
    for manifest in manifests:  # a later one replaces an earlier one
        if answers := {name: entry for name, entry in manifest["metrics"].items() if entry.get("claim") == claim.id}:
            column = "phantom" if manifest["parameters"].get("source", PHANTOM) == PHANTOM else "real"
            row[column] = _answer(answers) + (" (study run)" if manifest.get("study") else "")
            row["cell"] = f"atlas-lab run {manifest['name']}"
    return row


def _answer(answers: Mapping[str, Mapping[str, Any]]) -> str:
    """One metric as a value; several of one run each with its name."""
    if len(answers) == 1:
        return _value(*answers.values())
    return "; ".join(f"{name} {_value(metric)}" for name, metric in answers.items())


def _value(metric: Mapping[str, Any]) -> str:
    words = [number(metric["value"]), interval(metric["ci"]) if metric["ci"] else "", metric["unit"]]
    return " ".join(filter(None, words)) + (f", n = {metric['n']}" if metric["n"] is not None else "")


def _finished(folder: Path) -> list[dict[str, Any]]:
    """The manifests of the runs in `folder` and its folders that ended well, the newest last."""
    done = [dict(run.manifest) for run in find_runs(folder) if run.manifest.get("status") == "done"]
    return sorted(done, key=lambda manifest: str(manifest.get("finished")))


def _warn_of_unknown(ids: Iterable[str]) -> None:
    if unknown := sorted(set(ids) - _KNOWN):
        said = "; ".join(f"{id!r} {nearest(id, _KNOWN)}".rstrip() for id in unknown)
        warnings.warn(f"runs answer claims that the board does not have: {said}", stacklevel=3)
