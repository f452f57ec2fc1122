"""`train`: the one training loop, for everything that learns here, on any device."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import nn

from atlas_lab.errors import InputError
from atlas_lab.learning.patches.randomness import generator_of
from atlas_lab.learning.training import checkpoint, processes
from atlas_lab.learning.training.devices import fabric_of
from atlas_lab.learning.training.log import Log
from atlas_lab.learning.training.narrow import sound_convolutions
from atlas_lab.learning.training.objective import Objective
from atlas_lab.learning.training.plan import Plan
from atlas_lab.learning.training.watch import Watch, memory_advice, over_devices


@dataclass(frozen=True)
class Trained:
    """Where a training is: its folder, the steps done, the last validation's figures."""

    folder: Path
    step: int
    seconds: float
    validation: dict[str, float]

    @property
    def checkpoint(self) -> Path:
        """The best checkpoint, or the last one where nothing was validated."""
        best = self.folder / checkpoint.BEST
        return best if best.exists() else self.folder / checkpoint.LAST


def train(objective: Objective, plan: Plan, folder: Path, *, resume: bool = True) -> Trained:
    """Train until the budget is used; a folder with a checkpoint goes on from it.

    Leaves `last.ckpt` and `best.ckpt`, `steps.csv`, `validations.csv` and TensorBoard's files in `folder`. On a CPU a
    training that was killed and goes on ends with the same weights, bit by bit, as one that was not. On several devices a
    process each is started, from a script or a notebook alike; `objective.network` has the last weights afterwards.
    InputError: the folder holds a training and `resume` is off, or one of something else; a loss that is not a number (the
    step and its cases are named); too little memory (with advice); a disk that is full; a device that is not there.
    """
    if plan.devices == 1 or processes.inside():
        return _train(objective, plan, folder, resume)
    trained: Trained = processes.together(_train, (objective, plan, folder, resume), plan.devices)
    objective.network.load_state_dict(checkpoint.load(folder / checkpoint.LAST)["network"])
    return trained


def _train(objective: Objective, plan: Plan, folder: Path, resume: bool) -> Trained:
    fabric = fabric_of(plan)
    fabric.launch()
    state = _State.begin(objective, plan, fabric, folder, resume)
    with Log(folder, plan, fabric, objective.about, state.step, state.seconds) as log:
        watch = Watch(plan.log_every, state.step)
        batches = iter(objective.batches(state.step * plan.accumulate, fabric.global_rank, fabric.world_size))
        state.network.train()
        while (progress := plan.progress(state.step, state.seconds)) < 1:
            begun = time.perf_counter()
            rate = plan.rate(progress + _half_a_step(plan))
            with memory_advice(state.step):
                parts, ids = _step(objective, state, plan, fabric, batches, rate)
            state.step += 1
            state.seconds += time.perf_counter() - begun
            if plan.minutes is not None:  # all devices stop at the same step
                state.seconds = fabric.broadcast(state.seconds)
            watch.saw(state.step, parts, ids, rate, state.seconds)
            last = plan.progress(state.step, state.seconds) >= 1
            keep = last or state.step % plan.checkpoint_every == 0
            if keep or watch.full:
                row = over_devices(watch.row)
                if fabric.is_global_zero:
                    log.step(row)
            if last or (plan.validate_every and state.step % plan.validate_every == 0):
                state.validate(objective, fabric, log)
            if keep:
                state.save(objective, plan, fabric)
    return Trained(folder, state.step, state.seconds, state.validation)


def _step(
    objective: Objective, state: "_State", plan: Plan, fabric: Fabric, batches: Iterator[Any], rate: float
) -> tuple[dict[str, torch.Tensor], list[str]]:
    """One step of the optimiser; the mean parts of the loss, still on the device, and the cases that were in it."""
    totals: dict[str, torch.Tensor] = {}
    ids: list[str] = []
    for part in range(plan.accumulate):
        number = state.step * plan.accumulate + part
        batch = next(batches)
        for parameter in objective.started_anew():
            state.optimizer.state.pop(parameter, None)
        ids += objective.cases(batch)
        generator = generator_of(plan.seed, number, fabric.global_rank)
        alone = fabric.no_backward_sync(state.network, enabled=part + 1 < plan.accumulate)
        with _own_chance(fabric), alone, sound_convolutions(fabric.device):
            torch.manual_seed(generator.initial_seed())  # for layers that draw, such as dropout
            parts = objective.loss(state.network, _to(batch, fabric.device), generator)
            fabric.backward(sum(parts.values(), torch.zeros((), device=fabric.device)) / plan.accumulate)
        for name, value in parts.items():
            totals[name] = totals.get(name, 0) + value.detach() / plan.accumulate
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    if plan.clip_norm is not None:
        fabric.clip_gradients(state.network, state.optimizer, max_norm=plan.clip_norm, error_if_nonfinite=False)
    state.optimizer.step()
    state.optimizer.zero_grad(set_to_none=True)
    objective.after_step(objective.network, state.step)
    return totals, ids


@dataclass
class _State:
    """Everything that changes while training goes on."""

    network: Any
    optimizer: Any
    folder: Path
    step: int = 0
    seconds: float = 0.0
    best: float = float("-inf")
    validation: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begin(cls, objective: Objective, plan: Plan, fabric: Fabric, folder: Path, resume: bool) -> "_State":
        """A new training, or the one that the folder holds."""
        learned = [parameter for parameter in objective.network.parameters() if parameter.requires_grad]
        scaled = getattr(fabric.strategy.precision, "scaler", None) is not None  # clipping must see unscaled gradients
        optimizer = torch.optim.AdamW(learned, lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=not scaled)
        found = None
        if (folder / checkpoint.LAST).exists():
            if not resume:
                raise InputError(f"{folder}: holds a training already; choose another folder, or resume it")
            found = checkpoint.load(folder / checkpoint.LAST)
            if found["about"] != objective.about:
                other = _differs(found["about"], objective.about)
                raise InputError(f"{folder}: holds a training of something else ({other}); choose another folder")
            objective.network.load_state_dict(found["network"])
        network: nn.Module = objective.network
        if fabric.device.type == "cuda":
            network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
        if plan.compile:
            network = torch.compile(network)  # type: ignore[assignment]
        wrapped, optimizer = fabric.setup(network, optimizer)
        if found is None:
            return cls(wrapped, optimizer, folder)
        optimizer.load_state_dict(found["optimizer"])
        fabric.strategy.precision.load_state_dict(found["precision"])
        return cls(wrapped, optimizer, folder, found["step"], found["seconds"], found["best"], found["validation"])

    def validate(self, objective: Objective, fabric: Fabric, log: Log) -> None:
        """Measure, log, and keep the network where it is the best so far."""
        self.network.eval()
        with torch.no_grad():
            self.validation = objective.validate(self.network)
        self.network.train()
        if not self.validation or not fabric.is_global_zero:
            return
        log.validation({"step": self.step, **self.validation})
        log.examples(self.step, objective.picture(f"step {self.step:,}"))
        first = next(iter(self.validation.values()))
        if first > self.best:
            self.best = first
            checkpoint.save(self._content(objective), self.folder / checkpoint.BEST)

    def save(self, objective: Objective, plan: Plan, fabric: Fabric) -> None:
        """Write the last checkpoint, from which a training goes on."""
        if fabric.is_global_zero:
            content = self._content(objective) | {
                "optimizer": self.optimizer.state_dict(), "precision": fabric.strategy.precision.state_dict(),
                "best": self.best, "validation": self.validation, "plan": plan.as_dict(),
            }  # fmt: skip
            checkpoint.save(content, self.folder / checkpoint.LAST)
        fabric.barrier()

    def _content(self, objective: Objective) -> dict[str, Any]:
        return {
            "network": objective.network.state_dict(), "about": objective.about, "step": self.step, "seconds": self.seconds,
        }  # fmt: skip


def _own_chance(fabric: Fabric) -> Any:
    return torch.random.fork_rng([fabric.device.index or 0] if fabric.device.type == "cuda" else [])


def _half_a_step(plan: Plan) -> float:
    """The rate of a step is that in its middle, so that the first is above 0 and the last too."""
    return 0.5 / plan.steps if plan.steps is not None else 0.0


def _to(batch: Any, device: torch.device) -> Any:
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {name: _to(value, device) for name, value in batch.items()}
    return batch


_TELLING = ("kind", "task", "backbone", "classes", "start")  # first, of what an objective says of itself


def _differs(one: dict[str, Any], other: dict[str, Any]) -> str:
    names = [name for name in dict.fromkeys([*_TELLING, *sorted({*one, *other})]) if one.get(name) != other.get(name)]
    return "; ".join(f"{name}: {one.get(name)!r}, now {other.get(name)!r}" for name in names[:2])[:300]
