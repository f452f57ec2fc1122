"""Jigsaw: the cubes of a patch are out of order; which order is it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.learning.pretext._cubes import cut_cubes
from atlas_lab.learning.pretext._heads import CubeReader
from atlas_lab.learning.pretext._permutations import far_apart
from atlas_lab.learning.pretext._picture import Row, puzzle
from atlas_lab.learning.pretext._random import check_option, uniform
from atlas_lab.learning.pretext.task import Task

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone


@dataclass(frozen=True)
class Jigsaw(Task):
    """The jigsaw puzzle (Noroozi and Favaro, ECCV 2016) in three dimensions.

    `grid`³ cubes with gaps that jitter, in one of `orders` orders that differ as much as possible; place i holds cube
    `order[i]`. Cross-entropy over the orders.
    """

    name: ClassVar[str] = "jigsaw"
    question: ClassVar[str] = "in which order are the cubes?"
    source: ClassVar[str] = "Noroozi and Favaro, ECCV 2016"

    grid: int = 3
    orders: int = 100

    def __post_init__(self) -> None:
        check_option(self.name, "grid", self.grid, 2, 3)
        check_option(self.name, "orders", self.orders, 2, 1000)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        cubes, _ = cut_cubes(images, self.grid, generator)
        targets = (uniform((len(images),), generator) * self.orders).long()
        return ordered(cubes, self.order_table(images.device)[targets]), targets

    def order_table(self, device: torch.device | str = "cpu") -> torch.Tensor:
        """int64 (orders, grid³): the cube at each place."""
        return torch.from_numpy(far_apart(self.grid**3, self.orders)).to(device)

    def network(self, backbone: Backbone) -> nn.Module:
        return CubeReader(backbone, self.grid**3, self.orders)

    def loss(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(outputs.float(), targets)

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        cubes, targets = self.make(images, generator)
        answer = int(targets[0])
        order = self.order_table()[answer].tolist()
        return puzzle(images[0, 0], cubes[0], cubes[0], order, self.grid, f"order {answer + 1} of {self.orders}")


def ordered(cubes: torch.Tensor, order: torch.Tensor) -> torch.Tensor:
    """Cubes (B, N, 1, x, y, z) in another order (B, N) each."""
    return cubes[torch.arange(len(cubes), device=cubes.device)[:, None], order]
