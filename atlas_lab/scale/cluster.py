"""Where tasks run: threads of this process, or the workers of a Dask cluster."""

import contextlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_lab._version import __version__
from atlas_lab.errors import ParameterError

if TYPE_CHECKING:
    from distributed import Client

_ANSWER_S = 10
_WORKERS_S = 10
_NOBODY_ELSE = "127.0.0.1:0"  # Dask serves its state over HTTP; this machine alone may see it, at any free port


@contextlib.contextmanager
def local(workers: int) -> Iterator["Client"]:
    """A Dask client whose `workers` tasks at a time run in threads of this process."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=workers,
            processes=False,
            silence_logs=logging.CRITICAL,
            dashboard_address=_NOBODY_ELSE,
            worker_dashboard_address=_NOBODY_ELSE,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextlib.contextmanager
def remote(address: str, shared: Path | None = None) -> Iterator["Client"]:
    """A client of the Dask scheduler at `address`, whose workers have this atlas_lab and see the file `shared`.

    ParameterError: nobody answers, there is no worker, a worker has another atlas_lab or does not see the file.
    """
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=_ANSWER_S)
    except (OSError, TimeoutError, ValueError) as error:  # ValueError: not an address at all
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise ParameterError(f"cluster {address}: no Dask scheduler answers ({said}); start one with `dask scheduler`") from None
    with client:
        _check_workers(client, address, shared)
        yield client


def _check_workers(client: "Client", address: str, shared: Path | None) -> None:
    deadline = time.monotonic() + _WORKERS_S
    while not client.scheduler_info()["workers"]:
        if time.monotonic() > deadline:
            raise ParameterError(f"cluster {address}: has no workers; start some with `dask worker {address}`")
        time.sleep(0.2)
    try:
        answers = client.run(_what_a_worker_sees, str(shared) if shared else None)
    except Exception as error:  # whatever hinders a worker's import of atlas_lab
        raise ParameterError(f"cluster {address}: its workers cannot use atlas_lab ({type(error).__name__}: {error})") from None
    for worker, (version, sees) in answers.items():
        if version != __version__:
            raise ParameterError(f"cluster {address}: worker {worker} has atlas_lab {version}, this is {__version__}")
        if not sees:
            raise ParameterError(f"{shared}: worker {worker} does not see it; choose a folder that all machines share")


def _what_a_worker_sees(shared: str | None) -> tuple[str, bool]:
    return __version__, shared is None or Path(shared).is_file()
