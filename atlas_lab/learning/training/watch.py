"""What a training gives away while it runs: numbers for the log, a loss that is none, a memory that is too small."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import distributed

from atlas_lab.errors import InputError


class NoNumber(InputError):
    """A loss that is NaN or infinite, at `step`."""

    def __init__(self, step: int, said: str) -> None:
        super().__init__(said)
        self.step = step


class Watch:
    """Collects steps until it is time to log them. Losses stay on the device until then: asking each step would wait for it."""

    def __init__(self, every: int, step: int) -> None:
        self._every = every
        self._seen: list[tuple[int, dict[str, torch.Tensor], list[str]]] = []
        self._rate, self._seconds = 0.0, 0.0
        self._since = time.perf_counter()

    def saw(self, step: int, parts: dict[str, torch.Tensor], ids: list[str], rate: float, seconds: float) -> None:
        """A step of the optimiser: the parts of its loss, the cases in it, the learning rate, seconds of training so far."""
        self._seen.append((step, parts, ids))
        self._rate, self._seconds = rate, seconds

    @property
    def full(self) -> bool:
        """Whether there is enough for a row."""
        return len(self._seen) >= self._every

    def row(self) -> dict[str, float]:
        """The means since the last row. InputError: a loss that is NaN or infinite, with its step and cases."""
        means: dict[str, float] = {}
        for step, parts, ids in self._seen:
            values = {name: float(value) for name, value in parts.items()}
            if not all(math.isfinite(value) for value in values.values()):
                said = ", ".join(f"{name} {value:g}" for name, value in values.items())
                raise NoNumber(
                    step,
                    f"the loss is no number at step {step} ({said}; cases {', '.join(dict.fromkeys(ids))}): look at these cases, "
                    "or lower the learning rate; the last checkpoint is from before it",
                )
            for name, value in values.items():
                means[name] = means.get(name, 0.0) + value / len(self._seen)
        now = time.perf_counter()
        patches = sum(len(ids) for _, _, ids in self._seen)
        row = {
            "step": self._seen[-1][0],
            "loss": sum(means.values()),
            **means,
            "learning_rate": self._rate,
            "patches_per_second": patches / max(now - self._since, 1e-9),
            "seconds": self._seconds,
        }
        self._since, self._seen = now, []
        return row


def over_devices(row: Callable[[], dict[str, float]]) -> dict[str, float]:
    """A row over all processes that train together: the mean of their losses, the sum of their patches per second.

    InputError: in each of them where one has it, so that none keeps what the broken step made of the weights.
    """
    if not (distributed.is_available() and distributed.is_initialized()):
        return row()
    rows: list[Any] = [None] * distributed.get_world_size()
    try:
        distributed.all_gather_object(rows, row())
    except NoNumber as error:
        distributed.all_gather_object(rows, (error.step, str(error)))
    broken = [one for one in rows if isinstance(one, tuple)]
    if broken:
        raise NoNumber(*min(broken))  # the first of them broke the others
    means = {name: sum(one[name] for one in rows) / len(rows) for name in rows[0]}
    return means | {"step": rows[0]["step"], "patches_per_second": means["patches_per_second"] * len(rows)}


_NO_MEMORY = ("allocate memory", "out of memory", "ALLOC_FAILED")  # the words of CPUs, of Metal, of cuDNN and cuBLAS


@contextlib.contextmanager
def memory_advice(step: int) -> Iterator[None]:
    """Say what to make smaller where the memory of a GPU or of the machine does not suffice."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:  # torch.OutOfMemoryError is a RuntimeError
        known = isinstance(error, torch.OutOfMemoryError | MemoryError)
        if not known and not any(words in str(error) for words in _NO_MEMORY):
            raise
        when = "the first step" if step == 0 else f"step {step + 1}"
        raise InputError(
            f"the memory did not suffice for {when}; halve batch_size (accumulate=2 keeps the step what it was), then the patch, "
            "or take a smaller backbone"
        ) from error
