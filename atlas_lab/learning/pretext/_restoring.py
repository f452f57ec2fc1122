"""What the tasks have in common whose answer is the image as it was."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.figures.planes import VIEWS, Plane
from atlas_lab.learning.pretext._heads import Restorer
from atlas_lab.learning.pretext._picture import Panel, Row
from atlas_lab.learning.pretext.task import Task

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_PLANES: tuple[Plane, ...] = ("axial", "coronal")


class Restoring(Task, abc.ABC):
    """A 1x1x1 head on the full-resolution features, the mean squared error over all voxels."""

    trains: ClassVar[str] = "backbone"

    def network(self, backbone: Backbone) -> nn.Module:
        return Restorer(backbone)

    def loss(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return functional.mse_loss(outputs.float(), targets)

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        inputs, targets = self.make(images, generator)
        changed = (inputs - targets).abs()[0, 0]
        rows: list[Row] = []
        for plane in _PLANES:
            axis = VIEWS[plane].axis
            busiest = int(changed.sum([a for a in range(3) if a != axis]).argmax())
            patch, given, answer = (Panel(image[0, 0], plane, busiest) for image in (images, inputs, targets))
            rows.append((patch, given, answer))
        return rows
