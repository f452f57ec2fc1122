"""Models Genesis: an image is shuffled, bent in its grey values and painted over; the network restores all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn

from atlas_lab.learning.pretext._boxes import covered, random_boxes
from atlas_lab.learning.pretext._heads import Restorer
from atlas_lab.learning.pretext._intensity import through_curves
from atlas_lab.learning.pretext._picture import Panel, Row
from atlas_lab.learning.pretext._random import chance, check_option, uniform
from atlas_lab.learning.pretext._restoring import Restoring
from atlas_lab.learning.pretext._shuffle import shuffled_locally

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_FLIPS = 3  # one after the other, each only if the one before happened
_BOXES = 5
_ANOTHER = 0.95  # a box more, after each
_MARGIN = 3  # voxels between a box and the border


@dataclass(frozen=True)
class ModelsGenesis(Restoring):
    """Models Genesis (Zhou et al., MICCAI 2019; Medical Image Analysis 2021).

    In this order: flips of image and target alike (`flip` is the chance of the first, and of each after it), local
    shuffling (`shuffle`), grey values through a Bézier curve (`curve`), painting (`paint`): a share `inpaint` of it fills up
    to five boxes with uniform noise, the rest leaves one to five boxes of the image and fills what is around them.
    """

    name: ClassVar[str] = "models_genesis"
    question: ClassVar[str] = "what was the image before all this?"
    source: ClassVar[str] = "Zhou et al., MICCAI 2019"

    flip: float = 0.4
    shuffle: float = 0.5
    curve: float = 0.9
    paint: float = 0.9
    inpaint: float = 0.2

    def __post_init__(self) -> None:
        for option in ("flip", "shuffle", "curve", "paint", "inpaint"):
            check_option(self.name, option, getattr(self, option), 0, 1)

    def network(self, backbone: Backbone) -> nn.Module:
        return Restorer(backbone, squash=True)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        batch = len(images)
        targets = self._flipped(images, generator)
        largest = [side // 10 for side in images.shape[2:]]
        inputs = torch.where(chance(batch, self.shuffle, generator), shuffled_locally(targets, largest, generator), targets)
        inputs = torch.where(chance(batch, self.curve, generator), through_curves(inputs, generator), inputs)
        noise = uniform((batch, 1, *images.shape[2:]), generator)
        painted = torch.where(self._hidden(images, generator), noise, inputs)
        return torch.where(chance(batch, self.paint, generator), painted, inputs), targets

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        """Each change alone, then all together."""
        rows: list[Row] = []
        middle = images.shape[4] // 2
        for words, task in self._alone():
            inputs, targets = task.make(images, generator)
            patch, given, answer = (Panel(image[0, 0], "axial", middle) for image in (images, inputs, targets))
            rows.append((patch, replace(given, words=words), answer))
        return rows

    def _alone(self) -> list[tuple[str, ModelsGenesis]]:
        none = replace(self, flip=0, shuffle=0, curve=0, paint=0)
        return [
            ("shuffled within small windows", replace(none, shuffle=1)),
            ("grey values through a curve", replace(none, curve=1)),
            ("boxes painted over (in-painting)", replace(none, paint=1, inpaint=1)),
            ("all but boxes painted over (out-painting)", replace(none, paint=1, inpaint=0)),
            ("all of it, with a flip of image and answer", replace(self, flip=0.9, shuffle=1, curve=1, paint=1)),
        ]

    def _flipped(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        happens = (uniform((len(images), _FLIPS), generator) < self.flip).int().cumprod(1)
        axis = (uniform((len(images), _FLIPS), generator) * 3).long()
        for spatial in range(3):
            odd = (happens * (axis == spatial)).sum(1) % 2 == 1
            images = torch.where(odd.view(-1, 1, 1, 1, 1), images.flip(2 + spatial), images)
        return images

    def _hidden(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """The voxels under noise: inside small boxes, or outside large ones."""
        batch, shape = len(images), images.shape[2:]
        more = (uniform((batch, _BOXES), generator) < _ANOTHER).int().cumprod(1).bool()
        small = [side // 6 for side in shape], [side // 3 for side in shape]
        inside = covered(random_boxes(batch, _BOXES, shape, *small, generator, margin=_MARGIN), shape, more)
        more = (uniform((batch, _BOXES), generator) < _ANOTHER).int()
        more[:, 0] = 1  # there is always one window left
        large = [side - 4 * side // 7 for side in shape], [side - 3 * side // 7 for side in shape]
        left = covered(random_boxes(batch, _BOXES, shape, *large, generator, margin=_MARGIN), shape, more.cumprod(1).bool())
        return torch.where(chance(batch, self.inpaint, generator), inside, ~left)
