"""How a training runs: its budget, its optimiser, its devices. Every value is written into the run."""

import dataclasses
import math
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import torch

from atlas_lab.errors import InputError, nearest

ACCELERATORS = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Plan:
    """The defaults are SuPreM's (ICLR 2024) for one device; its budget was 800 epochs of 5,195 to 9,262 CTs."""

    steps: int | None = 1000
    """Steps of the optimiser; None: until `minutes` are over. Two trainings with the same steps, seed and devices end with
    the same weights, bit by bit on a CPU, whether or not one was stopped and resumed."""
    minutes: float | None = None
    """Minutes of training, validation aside; whichever of the two ends first. The machine's speed then decides how many
    steps there are and the learning rate of each, so that no two trainings are the same. The step under way is finished."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-5
    warm_up: float = 0.025
    """Share of the budget in which the learning rate rises to its full value; after it a cosine leads to 0."""
    accumulate: int = 1
    """Batches whose gradients make one step: their mean."""
    clip_norm: float | None = None
    """Largest norm of a step's gradient; None: any."""
    validate_every: int | None = None
    """Steps between two validations; None: at the end alone."""
    checkpoint_every: int = 250
    log_every: int = 10
    seed: int = 0
    accelerator: str = "auto"
    """auto, cpu, cuda or mps."""
    devices: int = 1
    """More than one: a process each, which trains on batches of its own; gradients are averaged (DDP), so that a step is
    that of a batch as many times larger (batch norm sees each alone). On a CPU they share its cores."""
    precision: str = "auto"
    """auto, 32-true, bf16-mixed or 16-mixed (which scales the loss; on GPUs without bfloat16)."""
    compile: bool = False
    """torch.compile: a minute or two at the start, a fifth to a third faster after it."""

    def __post_init__(self) -> None:
        """InputError: no budget, a value out of its range."""
        if self.steps is None and self.minutes is None:
            raise InputError("a training needs a budget: give steps= or minutes=")
        whole = ("accumulate", "checkpoint_every", "log_every", "devices")
        optional = ("steps", "validate_every")
        for name in (*whole, *(name for name in optional if getattr(self, name) is not None)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError(f"{name}={value!r}: give a whole number, 1 or more")
        for name in ("minutes", "learning_rate", "clip_norm"):
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and 0 < value < math.inf):
                raise InputError(f"{name}={value!r}: give a number above 0{_as_yaml_has_it(value)}")
        for name, most in (("warm_up", 1.0), ("weight_decay", math.inf)):
            value = getattr(self, name)
            if not (_is_number(value) and 0 <= value < most):
                limit = "a share from 0 to below 1" if most == 1 else "a number from 0 on"
                raise InputError(f"{name}={value!r}: give {limit}{_as_yaml_has_it(value)}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, Integral) or self.seed < 0:
            raise InputError(f"seed={self.seed!r}: give a whole number, 0 or more")
        if self.accelerator not in ACCELERATORS:
            known = ", ".join(ACCELERATORS)
            raise InputError(
                f"accelerator={self.accelerator!r}: {nearest(str(self.accelerator), ACCELERATORS)}choose one of {known}"
            )
        if self.precision not in ("auto", "32-true", "bf16-mixed", "16-mixed"):
            raise InputError(f"precision={self.precision!r}: choose one of auto, 32-true, bf16-mixed, 16-mixed")

    def as_dict(self) -> dict[str, Any]:
        """Every value by its name."""
        return dataclasses.asdict(self)

    def progress(self, step: int, seconds: float) -> float:
        """How much of the budget is used, from 0 to 1."""
        used = [step / self.steps] if self.steps is not None else []
        if self.minutes is not None:
            used.append(seconds / (60 * self.minutes))
        return min(max(used), 1.0)

    def rate(self, progress: float) -> float:
        """The learning rate there: a linear rise, then half a cosine to 0."""
        if progress < self.warm_up:
            return self.learning_rate * progress / self.warm_up
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (progress - self.warm_up) / (1 - self.warm_up)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_yaml_has_it(value: object) -> str:
    """YAML takes 1e-3 for a text."""
    return "; in a YAML file 1e-3 is written 1.0e-3" if isinstance(value, str) else ""


def checked(plan: object) -> Plan:
    """InputError: something else than a plan."""
    if not isinstance(plan, Plan):
        raise InputError(f"plan={plan!r}: give a Plan, such as al.learning.Plan(steps=1000)")
    return plan


def best_precision(device: torch.device) -> str:
    """bf16 where the hardware has it, fp16 with a scaler on older NVIDIA cards, else float32."""
    if device.type == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "16-mixed"
    if device.type == "cpu" and torch.cpu._is_avx512_bf16_supported():
        return "bf16-mixed"
    return "32-true"
