"""Rubik's cube: the cubes of a patch are out of order and some are turned over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.learning.pretext._boxes import covered, random_boxes
from atlas_lab.learning.pretext._cubes import cut_cubes
from atlas_lab.learning.pretext._heads import CubeReader
from atlas_lab.learning.pretext._permutations import far_apart
from atlas_lab.learning.pretext._picture import Row, puzzle
from atlas_lab.learning.pretext._random import check_option, uniform
from atlas_lab.learning.pretext.jigsaw import ordered
from atlas_lab.learning.pretext.task import Task, Tensors

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_GRID, _CUBES = 2, 8
_TURN_WEIGHT = 0.5
_HORIZONTAL, _VERTICAL = (4, 5), (3, 4)  # axes of (B, N, 1, x, y, z) that half a turn about x, about z, reverses
_BOXES = 3  # of a cube, with `masked`


@dataclass(frozen=True)
class Rubik(Task):
    """Playing a Rubik's cube (Zhuang et al., MICCAI 2019).

    2x2x2 cubes in one of `orders` orders, each turned by 180° or not about the horizontal (x) axis and about the vertical (z)
    axis. Cross-entropy over the orders plus half the binary cross-entropy of the 2 x 8 turns. `masked` sets three boxes
    of each cube to 0, each side from a sixth to a third of the cube's (Rubik's cube+, Zhu et al., Medical Image Analysis 2020).
    """

    name: ClassVar[str] = "rubik"
    question: ClassVar[str] = "in which order are the cubes, and which are turned?"
    source: ClassVar[str] = "Zhuang et al., MICCAI 2019"

    orders: int = 100
    masked: bool = False

    def __post_init__(self) -> None:
        check_option(self.name, "orders", self.orders, 2, 1000)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Targets: `order` int64 (B,), `turns` float32 (B, 16), the 8 places' turns about x, then about z."""
        cubes, _ = cut_cubes(images, _GRID, generator)
        order = (uniform((len(images),), generator) * self.orders).long()
        cubes = ordered(cubes, self.order_table(images.device)[order])
        turns = uniform((len(images), 2 * _CUBES), generator) < 0.5
        cubes = turned(cubes, turns)
        if self.masked:
            shape = cubes.shape[3:]
            sides = [side // 6 for side in shape], [side // 3 for side in shape]
            hidden = covered(random_boxes(len(images) * _CUBES, _BOXES, shape, *sides, generator), shape)
            cubes = cubes.masked_fill(hidden.view(cubes.shape), 0)
        return cubes, {"order": order, "turns": turns.float()}

    def order_table(self, device: torch.device | str = "cpu") -> torch.Tensor:
        """int64 (orders, 8): the cube at each place."""
        return torch.from_numpy(far_apart(_CUBES, self.orders)).to(device)

    def network(self, backbone: Backbone) -> nn.Module:
        return CubeReader(backbone, _CUBES, self.orders + 2 * _CUBES)

    def loss(self, outputs: torch.Tensor, targets: Tensors) -> torch.Tensor:
        order, turns = outputs.float().split([self.orders, 2 * _CUBES], dim=1)
        turned = functional.binary_cross_entropy_with_logits(turns, targets["turns"])
        return functional.cross_entropy(order, targets["order"]) + _TURN_WEIGHT * turned

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        cubes, targets = self.make(images, generator)
        answer = int(targets["order"][0])
        turns = targets["turns"].bool()
        about = turns[0].view(2, _CUBES).tolist()
        axes = [" and ".join(axis for axis, flags in zip("xz", about, strict=True) if flags[place]) for place in range(_CUBES)]
        order, words = self.order_table()[answer].tolist(), f"order {answer + 1} of {self.orders}"
        return puzzle(images[0, 0], cubes[0], turned(cubes, turns)[0], order, _GRID, words, axes)


def turned(cubes: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Cubes (B, 8, 1, x, y, z) after half a turn about x and about z where `turns`, bool (B, 16), says so; twice is none."""
    for axes, flags in zip((_HORIZONTAL, _VERTICAL), turns.split(_CUBES, dim=1), strict=True):
        cubes = torch.where(flags.view(*flags.shape, 1, 1, 1, 1), cubes.flip(axes), cubes)
    return cubes
