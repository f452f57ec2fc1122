"""`map_cases`: one function, many cases, any number of workers, the same result."""

import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from tqdm.auto import tqdm

from atlas_lab.errors import InputError
from atlas_lab.scale.cluster import remote
from atlas_lab.scale.results import CaseResults, Kept


class HasId(Protocol):
    """What can be mapped over: a Case, or anything with an id that can name a file."""

    @property
    def id(self) -> str: ...


def map_cases(
    function: Callable[..., Any],
    cases: Iterable[Any],
    *,
    workers: int = 1,
    cluster: str | None = None,
    keep: str | Path | None = None,
    seed: int | None = None,
    progress: bool = True,
) -> CaseResults:
    """`function(case)` for every case of an atlas: in this process, in `workers` processes, or on a Dask cluster.

    With `seed` it is `function(case, rng)` with a `numpy.random.Generator` that depends on the seed and the case's id
    alone. A case that fails is reported, and the others are finished. `keep` is a folder (one of your own: it holds
    pickles) for the value of each case as soon as it is there; a later call with the same function and seed takes them
    from it. Several processes start the calling script anew, so a script calls this below
    `if __name__ == "__main__":`. InputError: a number of workers below 1, two cases with one id, `keep` cannot be
    written. ParameterError: the cluster at the address `cluster` does not answer or has another atlas_lab.
    """
    if workers < 1:
        raise InputError(f"workers={workers}: at least one is needed")
    kept = Kept(Path(keep), function, seed) if keep is not None else None
    found: dict[str, Any] = {}
    order: list[str] = []

    def missing() -> Iterator[HasId]:
        for case in cases:
            if case.id in order:
                raise InputError(f"two cases have the id {case.id!r}")
            order.append(case.id)
            if kept is not None and (value := kept.load(case.id)) is not None:
                found[case.id] = value[0]
                bar.update()
            else:
                yield case

    results = CaseResults()
    total = len(cases) if isinstance(cases, Sized) else None
    with tqdm(total=total, desc=getattr(function, "__name__", "cases"), unit="case", disable=not progress) as bar:
        for id, value, error in _computed(function, missing(), seed, workers, cluster):
            if error is not None:
                results.errors[id] = error
                tqdm.write(f"{id}: {error}")
            else:
                found[id] = value
                if kept is not None:
                    kept.save(id, value)
            bar.update()
    results.values = {id: found[id] for id in order if id in found}
    results.errors = {id: results.errors[id] for id in order if id in results.errors}
    return results


_Computed = tuple[str, Any, str | None]


def _computed(
    function: Callable[..., Any], cases: Iterator[HasId], seed: int | None, workers: int, cluster: str | None
) -> Iterator[_Computed]:
    if workers == 1 and cluster is None:
        yield from (_call(function, case, seed) for case in cases)
        return
    import cloudpickle

    packed = cloudpickle.dumps(function)  # also a function that a notebook defines
    with _executor(workers, cluster) as (start, at_once):
        yield from _in_parallel(packed, cases, seed, start, at_once)


def _in_parallel(
    packed: bytes, cases: Iterator[HasId], seed: int | None, start: Callable[[], AbstractContextManager[Executor]], at_once: int
) -> Iterator[_Computed]:
    """Keep `at_once` cases in work; where a process dies, find out which of the cases at hand it was."""
    waiting: list[HasId] = []
    exhausted = False
    while not exhausted or waiting:
        suspects: list[HasId] = []
        with start() as pool:
            running: dict[Future[_Computed], HasId] = {}
            while not suspects:
                while len(running) < at_once and (case := waiting.pop() if waiting else next(cases, None)) is not None:
                    running[pool.submit(_call_packed, packed, case, seed)] = case
                if not running:
                    exhausted = True
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    case = running.pop(future)
                    try:
                        yield future.result()
                    except BrokenExecutor:
                        suspects = [case, *running.values()]
                        break
                    except Exception as error:  # the value cannot travel, or a worker of the cluster died
                        yield case.id, None, _one_line(error)
        for case in suspects:
            with start() as alone:
                try:
                    yield alone.submit(_call_packed, packed, case, seed).result()
                except BrokenExecutor:
                    yield case.id, None, "the process died (out of memory, or a crash in a compiled library)"


@contextmanager
def _executor(workers: int, cluster: str | None) -> Iterator[tuple[Callable[[], AbstractContextManager[Executor]], int]]:
    """How to start a pool, and how many cases to give it at once."""
    if cluster is None:
        yield lambda: ProcessPoolExecutor(workers, mp_context=get_context("spawn")), workers
        return
    with remote(cluster) as client:
        threads = sum(worker["nthreads"] for worker in client.scheduler_info()["workers"].values())
        yield client.get_executor, 2 * threads


def _call_packed(packed: bytes, case: HasId, seed: int | None) -> _Computed:
    return _call(pickle.loads(packed), case, seed)


def _call(function: Callable[..., Any], case: HasId, seed: int | None) -> _Computed:
    id = case.id
    try:
        if seed is None:
            return id, function(case), None
        import numpy as np

        return id, function(case, np.random.default_rng([seed, zlib.crc32(id.encode())])), None
    except InputError as error:
        return id, None, " ".join(str(error).split())
    except Exception as error:  # one case must not take the others with it
        return id, None, _one_line(error)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
