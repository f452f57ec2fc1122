"""What a training says of itself while it runs: a small file, whole at every moment, that any process can read."""

import contextlib
import dataclasses
import json
import os
import platform
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training.plan import Plan
from atlas_lab.runs import write_text

FILE = "status.json"
RUNNING, DONE, STOPPED = "running", "done", "stopped"

_BEAT = 15.0  # seconds after which a training says that it is still there, though no step has ended
_QUIET = 6 * _BEAT  # seconds of silence that no living training keeps
_PAUSE = 1.0  # seconds at least between two writings
_LONG = 32  # a longer list, such as the ids of all cases, is only counted


@dataclass(frozen=True)
class Status:
    """Where a training is. `state` is running, done or stopped, and `reason` why it stopped.

    `seconds` are those of training, validation aside; `used` is the share of the budget used, `begun` that at which this
    process began; `started` and `written` are seconds since 1970. `plan` and `about` are the plan's and the objective's values.
    """

    state: str
    step: int
    seconds: float
    used: float
    begun: float
    started: float
    written: float
    host: str
    process: int
    device: str
    precision: str
    plan: dict[str, Any]
    about: dict[str, Any]
    reason: str = ""

    @property
    def seconds_left(self) -> float | None:
        """Until the budget is used, validation and all; None: it does not run, or nothing was measured yet."""
        done = self.used - self.begun
        if self.state != RUNNING or done <= 0:
            return None
        return (1 - self.used) * (self.written - self.started) / done


def read_status(folder: Path) -> Status | None:
    """What the training in this folder says; None: nothing. One that ended without a word is stopped.

    InputError: a file of another version, or damaged.
    """
    path = folder / FILE
    try:
        status = Status(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: cannot be read; it is damaged, or of another version of atlas_lab") from error
    if status.state != RUNNING:
        return status
    silence = time.time() - status.written
    if status.host == platform.node() and not _lives(status):
        return dataclasses.replace(status, state=STOPPED, reason="its process is gone")
    if silence > _QUIET:
        return dataclasses.replace(status, state=STOPPED, reason=f"nothing heard of it for {silence / 60:.0f} minutes")
    return status


class Reporter:
    """Keeps the status of a training on disk until it ends, or until its process does; a thread writes, no step waits."""

    def __init__(self, folder: Path, plan: Plan, fabric: Any, about: dict[str, Any], step: int, seconds: float) -> None:
        """Write that the training runs, from `step` on."""
        self._path, self._plan = folder / FILE, plan
        used, now = plan.progress(step, seconds), time.time()
        self._status = Status(
            RUNNING, step, seconds, used, used, now, now, platform.node(), os.getpid(), _device(fabric),
            fabric.strategy.precision.precision, plan.as_dict(), _brief(about),
        )  # fmt: skip
        self._writing, self._over = threading.Lock(), threading.Event()
        self._write(self._status)
        threading.Thread(target=self._follow, name="training-status", daemon=True).start()

    def at(self, step: int, seconds: float) -> None:
        """A step has ended."""
        self._status = dataclasses.replace(self._status, step=step, seconds=seconds, used=self._plan.progress(step, seconds))

    def end(self, error: BaseException | None) -> None:
        """The training is done, or an error stopped it."""
        state, reason = (DONE, "") if error is None else (STOPPED, _reason(error))
        with self._writing:
            self._over.set()
            self._write(dataclasses.replace(self._status, state=state, reason=reason))

    def _follow(self) -> None:
        while not self._over.wait(_PAUSE):
            with self._writing, contextlib.suppress(InputError):  # a full disk is the training's own to report
                changed = self._status is not self._written or time.time() - self._when >= _BEAT
                if changed and not self._over.is_set():
                    self._write(self._status)

    def _write(self, status: Status) -> None:
        self._written, self._when = status, time.time()
        write_text(self._path, json.dumps(dataclasses.asdict(dataclasses.replace(status, written=self._when)), indent=1))


def _lives(status: Status) -> bool:
    """Whether the process is there, and not another one that got its number later."""
    try:
        return bool(psutil.Process(status.process).create_time() <= status.started + 1)
    except psutil.NoSuchProcess:
        return False


def _reason(error: BaseException) -> str:
    said = str(error).partition("\n")[0]
    if isinstance(error, InputError):
        return said
    return "interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {said}"


def _brief(about: dict[str, Any]) -> dict[str, Any]:
    return {name: len(value) if isinstance(value, list) and len(value) > _LONG else value for name, value in about.items()}


def _device(fabric: Any) -> str:
    name = torch.cuda.get_device_name(fabric.device) if fabric.device.type == "cuda" else str(fabric.device.type)
    return f"{fabric.world_size} x {name}" if fabric.world_size > 1 else name
