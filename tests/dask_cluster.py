"""A Dask cluster on this machine, as somebody else would start it."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers; `folder` is theirs to work in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    host, port = address.removeprefix("tcp://").split(":")
    commands = [
        [*dask, "scheduler", "--host", host, "--port", port, "--no-dashboard"],
        [*dask, "worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"],
    ]
    with (folder / "dask.log").open("wb") as log, contextlib.ExitStack() as processes:
        for command in commands:
            process = processes.enter_context(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder))
            processes.callback(process.terminate)
        yield address
