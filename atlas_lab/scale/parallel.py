"""Many cases in work at once: in processes of this machine, or on the workers of a Dask cluster."""

import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from atlas_lab.scale.call import Computed, HasId, call, one_line
from atlas_lab.scale.cluster import remote

_LOOK_EVERY = 1.0  # seconds


@contextmanager
def executor(
    workers: int, cluster: str | None, shared: Path | None
) -> Iterator[tuple[Callable[[], AbstractContextManager[Executor]], int]]:
    """How to start a pool, and how many cases to give it at once; a cluster's workers must see the file `shared`."""
    if cluster is None:
        context = get_context("spawn")
        yield lambda: ProcessPoolExecutor(workers, context, initializer=_end_with, initargs=(os.getpid(),)), workers
        return
    with remote(cluster, shared) as client:
        threads = sum(worker["nthreads"] for worker in client.scheduler_info()["workers"].values())
        yield client.get_executor, 2 * threads


def in_parallel(
    function: Callable[..., Any],
    cases: Iterator[HasId],
    seed: int | None,
    start: Callable[[], AbstractContextManager[Executor]],
    at_once: int,
) -> Iterator[Computed]:
    """Keep `at_once` cases in work; where a process dies, find out which of the cases at hand it was."""
    while True:
        at_hand: dict[str, HasId] = {}
        try:
            with start() as pool:
                running: dict[Future[Computed], str] = {}
                while True:
                    while len(at_hand) < at_once and (case := next(cases, None)) is not None:
                        at_hand[case.id] = case
                        running[_submit(pool, function, case, seed)] = case.id
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        id = running.pop(future)
                        answer = _answer(future, id)
                        del at_hand[id]
                        yield answer
        except BrokenExecutor:  # nobody says which process died
            pass
        for case in at_hand.values():
            with start() as alone:
                try:
                    yield _answer(_submit(alone, function, case, seed), case.id)
                except BrokenExecutor:
                    yield case.id, None, "the process died (out of memory, or a crash in a compiled library)"


def _end_with(parent: int) -> None:
    """A worker of a process that was killed would wait for work, and hold its output open, for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY)
        os._exit(1)

    if hasattr(os, "getppid"):
        threading.Thread(target=watch, daemon=True).start()


def _answer(future: "Future[Computed]", id: str) -> Computed:
    """What a worker found. BrokenExecutor: it died, or another one did."""
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except Exception as error:  # the value cannot travel, or a worker of the cluster died
        return id, None, one_line(error)


def _submit(pool: Executor, function: Callable[..., Any], case: HasId, seed: int | None) -> "Future[Computed]":
    import cloudpickle

    packed = cloudpickle.dumps((function, case, seed))  # what the calling script or notebook defines travels by value,
    with _without_main():  # so a new process need not, and must not, run that script again
        return pool.submit(_called, packed)


def _called(packed: bytes) -> Computed:
    return call(*pickle.loads(packed))


@contextmanager
def _without_main() -> Iterator[None]:
    """A process that multiprocessing starts in here does not import the calling script."""
    main = sys.modules["__main__"]
    hidden: dict[str, Any] = {name: vars(main)[name] for name in ("__file__", "__spec__") if name in vars(main)}
    try:
        vars(main).update(__file__=None, __spec__=None)
        yield
    finally:
        del main.__file__
        vars(main).update(hidden)
