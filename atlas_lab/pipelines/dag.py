"""Running a pipeline: skip what is done, hand the rest to Dask in order, and keep `pipeline.json` true on the way."""

import contextlib
import dataclasses
import datetime
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas_lab.pipelines.references import replaced
from atlas_lab.pipelines.steps import Pipeline
from atlas_lab.pipelines.store import Store
from atlas_lab.pipelines.worker import Result, Task, finished_before, run_step
from atlas_lab.reports import write_index
from atlas_lab.scale import cluster as clusters

if TYPE_CHECKING:
    from distributed import Client, Future


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a pipeline ended: the result of each step, the page to look at, and the wall time in seconds."""

    results: dict[str, Result]
    report: Path | None
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every step is done."""
        return all(result.usable for result in self.results.values())


def run_pipeline(
    pipeline: Pipeline,
    folder: str | os.PathLike[str],
    *,
    resume: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    size: str | None = None,
    tell: Callable[[Result], None] = lambda result: None,
) -> Outcome:
    """Run every step of `pipeline` whose run is not in `folder` already, and write `folder/index.html`.

    Independent steps run side by side: `workers` of them at a time on this machine (default: its cores), or on the
    Dask cluster at the address `cluster`. A step that fails blocks those that need it and nothing else. `tell` hears
    of each step as it ends. KeyboardInterrupt stops the steps and leaves a folder that `resume` goes on with.
    ParameterError: the folder is not empty, or the cluster cannot be used; nothing has started then.
    """
    start = time.perf_counter()
    with Store.held(folder, resume=resume) as store:
        state = _State(pipeline, store, workers or os.cpu_count() or 1, cluster, size)
        tasks = {
            id: Task(id, str(step.notebook.path), step.parameters, str(store.folder), store.token, str(Path.cwd()))
            for id, step in pipeline.steps.items()
        }
        _skip(pipeline, tasks, state, tell)
        if len(state.results) == len(tasks):
            return state.end("done", start)
        with _client(store, state.workers, cluster) as client:
            state.write()
            futures = _submit(client, pipeline, tasks, state)
            try:
                _collect(futures, state, tell)
            except KeyboardInterrupt:
                store.stop()
                _collect(futures, state, tell)
                state.end("interrupted", start)
                raise
        return state.end("done" if all(r.usable for r in state.results.values()) else "failed", start)


class _State:
    """What `pipeline.json` says."""

    def __init__(self, pipeline: Pipeline, store: Store, workers: int, cluster: str | None, size: str | None) -> None:
        self.pipeline, self.store, self.workers = pipeline, store, workers
        self.results: dict[str, Result] = {}
        self._facts: dict[str, Any] = {"format": 1, "name": pipeline.name, "status": "running", "started": _now()}
        self._facts |= {"finished": None, "seconds": None, "workers": workers, "cluster": cluster, "size": size}

    def write(self) -> None:
        steps = {}
        for id, step in self.pipeline.steps.items():
            found = dataclasses.asdict(self.results.get(id, Result(id, "waiting")))
            del found["id"]
            parameters = {name: replaced(value, str) for name, value in step.parameters.items()}
            steps[id] = {"notebook": step.notebook.name, "needs": list(step.needs), "parameters": parameters, **found}
        self.store.write_state({**self._facts, "steps": steps})

    def end(self, status: str, start: float) -> Outcome:
        seconds = round(time.perf_counter() - start, 3)
        self._facts |= {"status": status, "finished": _now(), "seconds": seconds}
        self.write()
        has_runs = any(result.folder for result in self.results.values())
        report = write_index(self.store.folder) if has_runs else None
        return Outcome({id: self.results[id] for id in self.pipeline.steps}, report, seconds)


def _skip(pipeline: Pipeline, tasks: dict[str, Task], state: _State, tell: Callable[[Result], None]) -> None:
    """Take over every run that is there already: a pipeline of finished steps needs no Dask."""
    for id, step in pipeline.steps.items():
        if all(other in state.results for other in step.needs) and (kept := finished_before(tasks[id])):
            state.results[id] = kept
            tell(kept)


def _submit(client: "Client", pipeline: Pipeline, tasks: dict[str, Task], state: _State) -> dict[str, "Future"]:
    futures: dict[str, Future] = {}
    for id, step in pipeline.steps.items():
        if id not in state.results:
            before = [state.results.get(other) or futures[other] for other in step.needs]
            futures[id] = client.submit(run_step, tasks[id], *before, key=f"{id}-{state.store.token}", pure=False)
    return futures


def _collect(futures: dict[str, "Future"], state: _State, tell: Callable[[Result], None]) -> None:
    """Take in results as steps end, until all have."""
    from distributed import as_completed

    ids = {future.key: id for id, future in futures.items()}
    for future in as_completed(future for id, future in futures.items() if id not in state.results):
        id = ids[future.key]
        try:
            result = future.result()
        except Exception as error:  # the worker died, or lost its files
            result = Result(id, "failed", error=f"{type(error).__name__}: {error}")
        state.results[id] = result
        state.write()
        tell(result)


@contextlib.contextmanager
def _client(store: Store, workers: int, cluster: str | None) -> Iterator["Client"]:
    with clusters.remote(cluster, store.shared_file) if cluster else clusters.local(workers) as client:
        yield client


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
