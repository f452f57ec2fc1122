"""What every pretext task offers a trainer, and the picture of it that every task offers a student."""

from __future__ import annotations

import abc
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import nn

from atlas_lab.data.case import Case
from atlas_lab.data.volume import Volume
from atlas_lab.figures.sheet import Sheet
from atlas_lab.learning.pretext._patch import At, patches
from atlas_lab.learning.pretext._picture import Row, draw

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

Tensors = Any  # a tensor, or a dict of tensors by name; a trainer hands them on without looking


class Task(abc.ABC):
    """A question that images answer themselves. Its fields are its options; it holds no state.

    One step of training is `inputs, targets = task.make(images, generator)`, `task.loss(network(inputs), targets)`, where
    `network = task.network(backbone)`; afterwards `network.backbone` is the pre-trained one. What must survive a resume lies
    in the network's `state_dict`. Parameters of the network that need no gradient are not the optimiser's.

    A task that needs more says so in the hooks, which do nothing by default: `after_step`, and for a task with `crops`
    (it trains on that many fixed crops, numbered from 0, epoch after epoch) `before_epoch`, `order` and `answers`.
    """

    name: ClassVar[str]
    question: ClassVar[str]  # in a student's words
    source: ClassVar[str]  # paper, year
    views: ClassVar[int] = 1  # patches in its picture
    trains: ClassVar[str] = "encoder"  # or "backbone": the decoder too
    crops: int | None = None

    @abc.abstractmethod
    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[Tensors, Tensors]:
        """What the network gets and what it must answer, for images (B, 1, X, Y, Z) in [0, 1].

        `generator` lies on the images' device and decides everything; the images themselves stay as they are.
        InputError: a patch too small for the task.
        """

    @abc.abstractmethod
    def network(self, backbone: Backbone) -> nn.Module:
        """The backbone under the task's head, as `network.backbone`."""

    @abc.abstractmethod
    def loss(self, outputs: Tensors, targets: Tensors) -> torch.Tensor:
        """How far the answer is off: a scalar, in float32."""

    def before_epoch(self, network: nn.Module, batches: Iterable[torch.Tensor], generator: torch.Generator) -> list[nn.Parameter]:
        """Called before each epoch of a task with `crops`, with all of them in order, batch by batch.

        Returns the parameters that start anew: the optimiser forgets what it knows of them.
        """
        return []

    def order(self, network: nn.Module) -> torch.Tensor | None:
        """Which crops the epoch trains on, in order: int64 (crops,), where the task has `crops`."""
        return None

    def answers(self, network: nn.Module, crops: torch.Tensor) -> Tensors:
        """The targets of these crops (int64 indices) in this epoch; they replace those of `make`, which are None."""
        raise NotImplementedError(f"{self.name} makes its targets from the images")

    def after_step(self, network: nn.Module, step: int) -> None:  # noqa: B027  # a hook: most tasks need none
        """Called after each step of the optimiser; `step` counts from 0."""

    def show(self, case: Case | Volume, *, at: At = None, seed: int = 0, window: tuple[float, float] = (-175.0, 250.0)) -> Sheet:
        """Draw the patch, what the network gets and what it must answer, on a 96³ patch of 1.5 mm voxels.

        The patch lies around `at`, a voxel (x, y, z) or a structure of the case; by default around the middle of the CT.
        `window` (low, high) in HU becomes [0, 1]; by default SuPreM's (ICLR 2024).
        InputError: neither a Case nor a Volume, a voxel outside, a structure that is not there.
        """
        images = patches(case, window, at, self.views, seed)
        generator = torch.Generator().manual_seed(seed)
        return draw(f"{self.name.replace('_', ' ')}: {self.question}", self._rows(images, generator))

    @abc.abstractmethod
    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        """The pictures of `show`, row by row: the patch, the input, the answer."""
