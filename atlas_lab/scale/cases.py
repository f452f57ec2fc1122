"""`map_cases`: one function, many cases, any number of workers, the same result."""

from collections.abc import Callable, Iterable, Iterator, Sized
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from atlas_lab.errors import InputError
from atlas_lab.scale.call import Computed, HasId, call
from atlas_lab.scale.parallel import executor, in_parallel
from atlas_lab.scale.results import CaseResults, Kept


def map_cases(
    function: Callable[..., Any],
    cases: Iterable[Any],
    *,
    workers: int = 1,
    cluster: str | None = None,
    keep: str | Path | None = None,
    shared: str | Path | None = None,
    seed: int | None = None,
    progress: bool = True,
) -> CaseResults:
    """`function(case)` for every case of an atlas: in this process, in `workers` processes, or on a Dask cluster.

    With `seed` it is `function(case, rng)` with a `numpy.random.Generator` that depends on the seed and the case's id
    alone. A case that fails is reported, and the others are finished. `keep` is a folder (one of your own: it holds
    pickles) for the value of each case as soon as it is there; a later call with the same function, seed and case files
    takes them from it. `shared` is a file that the cluster's workers must see, or nothing starts. The function may be
    defined anywhere, in a notebook or a script too. InputError: a number of workers below 1, two cases with one id, `keep`
    cannot be written. ParameterError: the cluster at the address `cluster` does not answer or has another atlas_lab, or a
    worker does not see `shared`.
    """
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
        raise InputError(f"workers={workers!r}: give a whole number, 1 or more")
    if seed is not None and (not isinstance(seed, int) or seed < 0):
        raise InputError(f"seed={seed!r}: give a whole number, 0 or more, or None")
    if not callable(function) or not isinstance(cases, Iterable):
        raise InputError(f"map_cases takes a function and cases, not {type(function).__name__} and {type(cases).__name__}")
    kept = Kept(Path(keep), function, seed) if keep is not None else None
    found: dict[str, Any] = {}
    order: dict[str, None] = {}

    def missing() -> Iterator[HasId]:
        for case in cases:
            if not isinstance(getattr(case, "id", None), str):
                raise InputError(f"{type(case).__name__} is no case: it has no id; give an atlas, or a list of cases")
            if case.id in order:
                raise InputError(f"two cases have the id {case.id!r}")
            order[case.id] = None
            if kept is not None and (value := kept.load(case)) is not None:
                found[case.id] = value[0]
                bar.update()
            else:
                yield case

    results = CaseResults()
    total = len(cases) if isinstance(cases, Sized) else None
    with tqdm(total=total, desc=getattr(function, "__name__", "cases"), unit="case", disable=not progress) as bar:
        for id, value, error in _computed(function, missing(), seed, workers, cluster, shared):
            if error is None and kept is not None:
                error = kept.save(id, value)
            if error is not None:
                results.errors[id] = error
                tqdm.write(f"{id}: {error}")
            else:
                found[id] = value
            bar.update()
    results.values = {id: found[id] for id in order if id in found}
    results.errors = {id: results.errors[id] for id in order if id in results.errors}
    return results


def _computed(
    function: Callable[..., Any],
    cases: Iterator[HasId],
    seed: int | None,
    workers: int,
    cluster: str | None,
    shared: str | Path | None,
) -> Iterator[Computed]:
    if workers == 1 and cluster is None:
        yield from (call(function, case, seed) for case in cases)
        return
    with executor(workers, cluster, Path(shared) if shared else None) as (start, at_once):
        yield from in_parallel(function, cases, seed, start, at_once)
