"""A step as a Dask task: wait for nobody, skip what is done, else run an attempt and publish what came of it."""

import contextlib
import datetime
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from atlas_lab.errors import InputError
from atlas_lab.pipelines import attempt
from atlas_lab.pipelines.notebooks import Notebook
from atlas_lab.pipelines.prepare import Prepared, prepare
from atlas_lab.pipelines.store import Store
from atlas_lab.runs import Run
from atlas_lab.runs.run import MANIFEST

Status = Literal["waiting", "done", "skipped", "failed", "blocked", "interrupted"]
_POLL_S = 0.1


@dataclass(frozen=True)
class Task:
    """A step as it travels to a worker."""

    id: str
    notebook: str
    parameters: Mapping[str, Any]
    folder: str
    token: str
    cwd: str


@dataclass(frozen=True)
class Result:
    """How a step ended; `seconds`, `started` and `finished` are those of its run, also when it was skipped."""

    id: str
    status: Status
    key: str | None = None
    folder: str | None = None
    seconds: float | None = None
    started: str | None = None
    finished: str | None = None
    error: str | None = None

    @property
    def usable(self) -> bool:
        """Whether the steps after this one can go on."""
        return self.status in ("done", "skipped")


def run_step(task: Task, *before: Result) -> Result:
    """Run a step after those `before` it, unless one of them failed, its run is there already, or nobody wants it any more."""
    store = Store(task.folder, task.token)
    if not store.wanted:
        return Result(task.id, "waiting")
    unusable = [result for result in before if not result.usable]
    if unusable:
        stopped = all(result.status in ("waiting", "interrupted") for result in unusable)
        return Result(task.id, "waiting" if stopped else "blocked", error=f"needs {', '.join(r.id for r in unusable)}")
    notebook = Notebook.at(task.notebook)
    try:
        prepared = prepare(notebook, task.parameters, store)
    except InputError as error:
        return Result(task.id, "failed", error=str(error))
    kept = store.finished(task.id, prepared.key)
    if kept is not None:
        return _result(task.id, "skipped", kept)
    try:
        return _attempted(task, store, notebook, prepared)
    except InputError as error:  # the folder cannot be written
        return Result(task.id, "failed", prepared.key, error=str(error))


def finished_before(task: Task) -> Result | None:
    """The result of a step whose run is there already, None when it has to be run. The steps before it must be done."""
    store = Store(task.folder, task.token)
    try:
        kept = store.finished(task.id, prepare(Notebook.at(task.notebook), task.parameters, store).key)
    except InputError:
        return None
    return None if kept is None else _result(task.id, "skipped", kept)


def _attempted(task: Task, store: Store, notebook: Notebook, prepared: Prepared) -> Result:
    folder = store.attempt(task.id)
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    process, log = attempt.start(folder, notebook, prepared, task.cwd)
    code = _wait(process, store)
    if not store.wanted:
        return Result(task.id, "interrupted", prepared.key, started=started)
    run = Run.open(folder) if (folder / MANIFEST).exists() else None
    if run is None or run.status == "running" or code not in (attempt.OK, attempt.FAILED):
        said = log.read_text(errors="replace").strip().splitlines()
        error = said[-1] if said else f"the process ended with exit status {code} (out of memory?)"
        if run is None:
            return Result(task.id, "failed", prepared.key, started=started, error=error)
        run.finish("failed", error=error)
    store.publish(folder, task.id)
    return _result(task.id, "done" if run.status == "done" else "failed", run)


def _wait(process: subprocess.Popen[bytes], store: Store) -> int:
    """Until the attempt ends by itself, or is ended because nobody wants it any more."""
    with process:  # leaving closes its standard input
        while store.wanted:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(_POLL_S)
    return process.returncode


def _result(id: str, status: Status, run: Run) -> Result:
    manifest = run.manifest
    known = {name: manifest[name] for name in ("key", "seconds", "started", "finished", "error")}
    return Result(id, status, folder=id, **known)
