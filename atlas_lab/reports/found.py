"""Finding the runs in a folder, whatever state they are in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.reports.links import held
from atlas_lab.runs import Run

PIPELINE = "pipeline.json"
_TABLES = ("parameters", "metrics", "figures", "artefacts")


@dataclass(frozen=True)
class Found:
    """A run in a folder of runs: where it lies, and its manifest, or what is wrong with that."""

    folder: Path
    name: str  # the folder's, relative to the folder of runs
    manifest: Mapping[str, Any]
    problem: str = ""

    @property
    def page(self) -> Path | None:
        """The page of the run, where it has one."""
        return held(self.folder, f"{self.manifest['name']}.html") if self.manifest else None


def find_runs(folder: Path) -> list[Found]:
    """The runs in `folder` and in the folders there, the first to start first; unreadable ones last."""
    manifests = [*folder.glob("*/manifest.json"), *folder.glob("*/*/manifest.json")]
    visible = [path for path in manifests if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    runs = [_read(path.parent, path.parent.relative_to(folder).as_posix()) for path in visible]
    return sorted(runs, key=lambda run: (bool(run.problem), str(run.manifest.get("started")), _natural(run.name)))


def read_pipeline(folder: Path) -> Mapping[str, Any] | None:
    """What `pipeline.json` says, or None without one. InputError: it is not the state of a pipeline."""
    path = folder / PIPELINE
    if not path.exists():
        return None
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{PIPELINE} cannot be read: {error}") from None
    steps = state.get("steps") if isinstance(state, dict) else None
    if not isinstance(steps, dict) or not all(isinstance(step, dict) and "status" in step for step in steps.values()):
        raise InputError(f"{PIPELINE} cannot be read: it has no steps with a status")
    return state


def _read(folder: Path, name: str) -> Found:
    try:
        manifest = Run.open(folder).manifest
    except (InputError, OSError) as error:
        return Found(folder, name, {}, str(error).removeprefix(f"{folder / 'manifest.json'}: "))
    problem = _shortcoming(manifest)
    return Found(folder, name, {} if problem else manifest, problem)


def _shortcoming(manifest: Any) -> str:
    if not isinstance(manifest, dict):
        return "not a manifest: it is not an object"
    for key in ("name", "status"):
        if not isinstance(manifest.get(key), str):
            return f"not a manifest: it has no {key}"
    for key in _TABLES:
        table = manifest.get(key)
        if not isinstance(table, dict) or (key != "parameters" and not all(isinstance(e, dict) for e in table.values())):
            return f"not a manifest: its {key} are not a table"
    return ""


def _natural(name: str) -> list[str | int]:
    """`seed=2` comes before `seed=10`."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
