"""Positioning: where does this cube lie, seen from that one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.figures.planes import VIEWS, Plane
from atlas_lab.learning.pretext._cubes import cut_cubes
from atlas_lab.learning.pretext._heads import CubeReader
from atlas_lab.learning.pretext._picture import Frame, Panel, Row, beside
from atlas_lab.learning.pretext._random import uniform
from atlas_lab.learning.pretext.task import Task

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_PLANES: tuple[Plane, ...] = ("axial", "coronal")
_GRID = 3
_CENTRE, _NEIGHBOURS = 13, 26
_WORDS = (("left", "", "right"), ("behind", "", "in front"), ("below", "", "above"))  # the lower, the same, the higher cell


@dataclass(frozen=True)
class Positioning(Task):
    """Relative position (Doersch et al., ICCV 2015) in three dimensions.

    Of 3x3x3 cubes the network gets the centre one and one of its 26 neighbours; between cubes lies a gap of an eighth of a
    cell and more, as each lies at random in its own. Cross-entropy over the 26 places.
    """

    name: ClassVar[str] = "positioning"
    question: ClassVar[str] = "where does the second cube lie, seen from the first?"
    source: ClassVar[str] = "Doersch et al., ICCV 2015"

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        cubes, _ = cut_cubes(images, _GRID, generator)
        neighbour = (uniform((len(images),), generator) * _NEIGHBOURS).long()
        place = neighbour + (neighbour >= _CENTRE)  # the centre is no neighbour
        rows = torch.arange(len(images), device=images.device)
        return torch.stack([cubes[:, _CENTRE], cubes[rows, place]], dim=1), neighbour

    def network(self, backbone: Backbone) -> nn.Module:
        return CubeReader(backbone, 2, _NEIGHBOURS)

    def loss(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(outputs.float(), targets)

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        cubes, targets = self.make(images, generator)
        answer = int(targets[0])
        place = answer + (answer >= _CENTRE)
        cell = [side // _GRID for side in images.shape[2:]]
        frames = [_cell_frame(_CENTRE, cell, "first"), _cell_frame(place, cell, "second")]
        words = f"place {answer + 1} of {_NEIGHBOURS}: {where(place)}"
        rows: list[Row] = []
        for plane in _PLANES:
            axis = VIEWS[plane].axis
            index = cell[axis] * 3 // 2
            near = frames[1].start[axis] + cell[axis] // 2
            rows.append((
                Panel(images[0, 0], plane, index),
                Panel(beside(cubes[0, :, 0]), plane, cubes.shape[3 + axis] // 2, words="the first cube, the second cube"),
                Panel(images[0, 0], plane, near, words=words, frames=frames),
            ))  # fmt: skip
        return rows


def where(place: int) -> str:
    """The words for one of the 27 places, seen from the middle one."""
    steps = place // 9, place // 3 % 3, place % 3
    return ", ".join(words[step] for words, step in zip(_WORDS, steps, strict=True) if words[step])


def _cell_frame(place: int, cell: list[int], label: str) -> Frame:
    start = [step * side for step, side in zip((place // 9, place // 3 % 3, place % 3), cell, strict=True)]
    return Frame(tuple(start), tuple(cell), label)
