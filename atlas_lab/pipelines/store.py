"""The folder of a pipeline: one finished run a step, what is known of each in `pipeline.json`, and nothing half-written.

A step runs in `.running/` and takes its place in the folder as a whole when it ends. One process at a time holds the
folder. Each holder leaves a token in `.running/`: while it is there its steps may go on, wherever they run.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from atlas_lab.errors import InputError, ParameterError
from atlas_lab.runs import Run, user_errors, write_text

STATE = "pipeline.json"
_RUNNING = ".running"
_LOCK = ".lock"


class Store:
    """The folder that the steps of a pipeline leave their runs in."""

    def __init__(self, folder: str | os.PathLike[str], token: str) -> None:
        self.folder = Path(folder)
        self.token = token

    @classmethod
    @contextlib.contextmanager
    def held(cls, folder: str | os.PathLike[str], *, resume: bool) -> Iterator["Store"]:
        """Hold `folder`, which must be new or empty unless `resume` goes on with what an earlier run left there.

        ParameterError: it holds files and `resume` is not asked for, or they are not a pipeline's; another process
        holds it. InputError: it cannot be written.
        """
        path = Path(folder).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ParameterError(f"{path}: is a file; the output of a pipeline must be a folder")
        left = [entry.name for entry in path.iterdir()] if path.is_dir() else []
        if [name for name in left if name != _LOCK] and not resume:
            raise ParameterError(f"{path}: is not empty; choose a new folder, or go on with what is there with --resume")
        if [name for name in left if not name.startswith(".")] and STATE not in left:
            raise ParameterError(f"{path}: holds files, but no {STATE} of an earlier run; choose a new folder")
        with user_errors(path):
            path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path / _LOCK)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                raise ParameterError(f"{path}: another pipeline is running in it; wait for it, or choose a new folder") from None
        try:
            store = cls(path, secrets.token_hex(8))
            store._begin()
            yield store
        finally:
            shutil.rmtree(path / _RUNNING, ignore_errors=True)
            lock.release()

    @property
    def wanted(self) -> bool:
        """Whether the process that asked for the steps still wants them."""
        return self.shared_file.exists()

    def stop(self) -> None:
        """Tell every step that is running, here or on a cluster, to stop."""
        self.shared_file.unlink(missing_ok=True)

    def attempt(self, step: str) -> Path:
        """A new folder name for an attempt at `step`; it becomes the step's run by `publish`."""
        return self.folder / _RUNNING / f"{step}.{secrets.token_hex(4)}"

    def publish(self, attempt: Path, step: str) -> None:
        """Put a finished attempt in the step's place; what an earlier run left there goes."""
        target = self.folder / step
        with user_errors(target):
            if target.exists():
                os.rename(target, self.attempt(f"{step}.old"))
            os.rename(attempt, target)

    def finished(self, step: str, key: str) -> Run | None:
        """The step's run if it is done, has this key, and what it left is still as it was."""
        folder = self.folder / step
        with contextlib.suppress(InputError):
            run = Run.open(folder)
            if run.status == "done" and run.manifest["key"] == key and run.unchanged():
                return run
        return None

    def artefact(self, step: str, name: str) -> tuple[Path, dict[str, Any]]:
        """Where the artefact of a finished step lies, and its fingerprint: the same wherever the folder is.

        InputError: the step left no such file or folder.
        """
        run = Run.open(self.folder / step)
        held = {n: e["sha256"] for n, e in run.manifest["artefacts"].items() if n == name or n.startswith(f"{name}/")}
        if not held:
            raise InputError(f"{run.folder}: left no {name!r}; it left {', '.join(run.manifest['artefacts']) or 'nothing'}")
        digest = hashlib.sha256(json.dumps(sorted(held.items())).encode()).hexdigest()
        path = run.folder / name
        return path, {"path": str(path), "kind": "artefact", "step": step, "sha256": digest}

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Replace `pipeline.json`."""
        write_text(self.folder / STATE, json.dumps(state, indent=2, default=str, allow_nan=False) + "\n")

    @property
    def shared_file(self) -> Path:
        """The token, which every worker must be able to see."""
        return self.folder / _RUNNING / self.token

    def _begin(self) -> None:
        shutil.rmtree(self.folder / _RUNNING, ignore_errors=True)  # what a killed run was at
        with user_errors(self.folder):
            self.shared_file.parent.mkdir(exist_ok=True)
            self.shared_file.touch()
