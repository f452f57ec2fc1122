"""What is trained: a network, its batches and its loss. The loop asks for nothing else."""

from collections.abc import Iterable
from typing import Any, Protocol

import torch
from matplotlib.figure import Figure
from torch import nn


class Objective(Protocol):
    """What `train` needs of a task: a network, `about`, `batches` and `loss`; a subclass may leave the rest as it is."""

    network: nn.Module

    @property
    def about(self) -> dict[str, Any]:
        """What a checkpoint must say so that its weights can be used without asking: numbers, texts, lists of them."""
        ...

    def batches(self, start: int, rank: int, ranks: int) -> Iterable[Any]:
        """Batches without end, from batch `start` on; each is a function of seed, number and rank alone."""
        ...

    def loss(self, network: nn.Module, batch: Any, generator: torch.Generator) -> dict[str, torch.Tensor]:
        """The parts of the loss, which are added. `network` is the one to call; `generator` (CPU) decides what is random."""
        ...

    def cases(self, batch: Any) -> list[str]:
        """The ids of the cases in a batch, to name them when something goes wrong: what it has under `ids`."""
        ids: list[str] = batch["ids"]
        return ids

    def after_step(self, network: nn.Module, step: int) -> None:
        """Called after each step of the optimiser: nothing happens."""
        return

    def started_anew(self) -> list[nn.Parameter]:
        """Parameters that were set anew since this was last asked, of which the optimiser forgets what it knows: none."""
        return []

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Named figures of the network as it is; the first says which checkpoint is best (higher). {}: no validation."""
        return {}

    def picture(self, title: str) -> Figure | None:
        """What the last validation saw and answered, drawn under a title; None: there is nothing to see."""
        return None
