"""A function in several processes that can find each other: how a training on several devices starts, from anywhere.

Lightning's own ways start the caller's script anew, which a notebook has not, or fork, which does not survive a network
that has run before. Here everything is packed into a file that each process opens: a script, a notebook's kernel and a
pipeline do the same, and what comes after `train` runs once.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import torch
from lightning.fabric.plugins.environments.lightning import find_free_network_port

from atlas_lab.errors import InputError

_WORK = "import sys; sys.path[:] = sys.argv[2:]; from atlas_lab.learning.training.processes import work; work(sys.argv[1])"
_PACKED, _RESULT = "packed.pkl", "result.pkl"


def inside() -> bool:
    """Whether this process is one of several that train together: ours, or those of `torchrun`."""
    return "LOCAL_RANK" in os.environ


def together(function: Callable[..., Any], arguments: tuple[Any, ...], count: int) -> Any:
    """What a function returns in the first of `count` new processes, in all of which it is called.

    What the calling script or notebook defines travels along. They end together, at the latest with this one. InputError:
    something in `arguments` that cannot travel (an open file, a generator), or one raised in any of the processes.
    """
    try:
        packed = cloudpickle.dumps((function, arguments))
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        raise InputError(f"devices={count}: what is trained cannot be handed to other processes ({error})") from error
    with tempfile.TemporaryDirectory(prefix="atlas-lab-training-") as name:
        folder = Path(name)
        (folder / _PACKED).write_bytes(packed)
        port = find_free_network_port()
        with contextlib.ExitStack() as ending:
            started = [ending.enter_context(_process(folder, rank, count, port)) for rank in range(count)]
            while any(one.poll() is None for one in started) and not any(one.poll() for one in started):
                time.sleep(0.05)
        if not (folder / _RESULT).exists() or any(one.returncode for one in started):
            _raise_what_went_wrong(folder, count)
        return pickle.loads((folder / _RESULT).read_bytes())


def work(name: str) -> None:
    """What each of the processes runs."""
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    folder, rank = Path(name), int(os.environ["LOCAL_RANK"])
    try:
        function, arguments = pickle.loads((folder / _PACKED).read_bytes())
        result = function(*arguments)
    except InputError as error:
        _said(folder, rank).write_text(str(error), encoding="utf-8")
        sys.exit(1)
    except Exception:
        _crashed(folder, rank).write_text(traceback.format_exc(), encoding="utf-8")
        sys.exit(1)
    if rank == 0:
        (folder / _RESULT).write_bytes(cloudpickle.dumps(result))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


@contextlib.contextmanager
def _process(folder: Path, rank: int, count: int, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that ends with this block."""
    environment = os.environ | {
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "NODE_RANK": "0", "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(count), "OMP_NUM_THREADS": str(max(torch.get_num_threads() // count, 1)),
    }  # fmt: skip
    command = [sys.executable, "-c", _WORK, str(folder), *sys.path]
    with _output(folder, rank).open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _end_with_the_caller() -> None:
    """Its end of the pipe closes when the caller is gone, however it went."""
    os.read(0, 1)
    os._exit(1)


def _raise_what_went_wrong(folder: Path, count: int) -> None:
    """An InputError before the crashes of the others, which only miss the process that raised it."""
    for rank in range(count):
        if _said(folder, rank).exists():
            raise InputError(_said(folder, rank).read_text(encoding="utf-8"))
    crashes = [path for path in (_crashed(folder, rank) for rank in range(count)) if path.exists()]
    last = crashes or [_output(folder, rank) for rank in range(count)]
    words = "\n".join(path.read_text(encoding="utf-8", errors="replace")[-2000:] for path in last)
    raise RuntimeError(f"a process of the training {'failed' if crashes else 'was ended from outside'}:\n{words}")


def _said(folder: Path, rank: int) -> Path:
    return folder / f"said-{rank}.txt"


def _crashed(folder: Path, rank: int) -> Path:
    return folder / f"crashed-{rank}.txt"


def _output(folder: Path, rank: int) -> Path:
    return folder / f"output-{rank}.txt"
