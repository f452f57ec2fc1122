"""Training on images alone: a pretext task as an objective for the trainer."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.utils.data import Dataset, default_collate

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.given import sides_of
from atlas_lab.learning.model import SCRATCH, described
from atlas_lab.learning.patches import SUPREM_WINDOW, PreparedCases, batches, generator_of, windowed
from atlas_lab.learning.pretext.task import Task

Size = tuple[int, int, int]


class SelfSupervised:
    """An objective for `train`: whatever question a pretext task asks of patches of CT, which need no annotation."""

    def __init__(
        self,
        task: Task,
        backbone: Backbone,
        cases: PreparedCases,
        *,
        patch: int | Size = 96,
        batch_size: int = 2,
        window: tuple[float, float] = SUPREM_WINDOW,
        workers: int = 0,
        seed: int = 0,
        start: Mapping[str, Any] = SCRATCH,
    ) -> None:
        """`patch` in voxels, `window` in HU becomes [0, 1]; `seed` draws patches and the task's head. `start`
        is what `initialise` said of the backbone's weights.

        InputError: a patch whose sides the backbone cannot take, a task with fewer crops than a batch.
        """
        sides = sides_of(patch, backbone)
        if task.crops is not None and task.crops < batch_size:
            raise InputError(f"{task.name}: crops={task.crops} are fewer than batch_size={batch_size}")
        self.task, self.backbone = task, backbone
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.network: nn.Module = task.network(backbone)
        self._cases, self._window, self._seed, self._start = cases, window, seed, dict(start)
        self._batches: dict[str, Any] = {"size": sides, "batch_size": batch_size, "seed": seed, "workers": workers}
        self._anew: list[nn.Parameter] = []

    @property
    def about(self) -> dict[str, Any]:
        """The backbone, the task and what it is trained on."""
        return {
            "kind": "self-supervised", "task": self.task.name, "trains": self.task.trains,
            "options": dataclasses.asdict(self.task),  # type: ignore[call-overload]
            "backbone": described(self.backbone), "spacing_mm": list(self._cases.spacing), "window": list(self._window),
            "patch": list(self._batches["size"]), "batch_size": self._batches["batch_size"], "seed": self._seed,
            "cases": sorted(self._cases.ids), "start": self._start,
        }  # fmt: skip

    def batches(self, start: int, rank: int, ranks: int) -> Iterator[Any]:
        """Batches of patches from number `start` on; those of a task with crops come epoch by epoch in the order it asks for."""
        if self.task.crops is not None:
            return self._epochs(self.task.crops, start, rank, ranks)
        return iter(batches(self._cases, start_step=start, rank=rank, ranks=ranks, **self._batches))

    def loss(self, network: nn.Module, batch: Any, generator: torch.Generator) -> dict[str, torch.Tensor]:
        """The task's loss for a batch, made into a question by the generator."""
        images = self._images(batch["hu"])
        own = torch.Generator(images.device).manual_seed(int(torch.randint(2**62, (), generator=generator)))
        inputs, targets = self.task.make(images, own)
        if "crop" in batch:
            targets = self.task.answers(self.network, batch["crop"])
        return {self.task.name: self.task.loss(network(inputs), targets)}

    def cases(self, batch: Any) -> list[str]:
        """The ids of its cases."""
        ids: list[str] = batch["ids"]
        return ids

    def after_step(self, network: nn.Module, step: int) -> None:
        """The task's own."""
        self.task.after_step(network, step)

    def started_anew(self) -> list[nn.Parameter]:
        """What the task set anew before this epoch."""
        anew, self._anew = self._anew, []
        return anew

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Nothing: what a pretext task is worth shows after fine-tuning."""
        return {}

    def picture(self, title: str) -> None:
        """None."""

    def _images(self, hu: torch.Tensor) -> torch.Tensor:
        return windowed(hu, self._window)

    def _epochs(self, crops: int, start: int, rank: int, ranks: int) -> Iterator[Any]:
        """The fixed crops, number by number; the task looks at all of them before each epoch."""
        size = self._batches["batch_size"]
        per_epoch = max(crops // (size * ranks), 1)
        every = batches(self._cases, self._batches["size"], 1, seed=self._seed).dataset
        number = start
        while True:
            if number % per_epoch == 0:
                looked = (self._images(every[crop]["hu"]) for crop in range(crops))
                self._anew += self.task.before_epoch(self.network, looked, generator_of(self._seed, number, ranks))
            order = self.task.order(self.network)
            assert order is not None
            first = (number % per_epoch * ranks + rank) * size
            yield _together(every, order[first : first + size].cpu())
            number += 1


def _together(every: Dataset[Any], chosen: torch.Tensor) -> dict[str, Any]:
    crops = [every[int(crop)] for crop in chosen]
    hu: torch.Tensor = default_collate([crop["hu"][0] for crop in crops])
    return {"hu": hu, "crop": chosen, "ids": [crop["ids"][0] for crop in crops]}
