"""In-painting: boxes are filled with noise, the network paints what was there. Out-painting: only boxes are left."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from atlas_lab.learning.pretext._boxes import covered, random_boxes
from atlas_lab.learning.pretext._random import check_option, uniform
from atlas_lab.learning.pretext._restoring import Restoring

_SMALLEST, _LARGEST = 6, 3  # a box's side is from a sixth to a third of the patch's


@dataclass(frozen=True)
class Inpainting(Restoring):
    """Context encoders (Pathak et al., CVPR 2016) in three dimensions.

    `boxes` boxes, each side from a sixth to a third of the patch's, hold uniform noise in [0, 1); they may overlap.
    With `outside` the noise is everywhere but in them (out-painting).
    """

    name: ClassVar[str] = "inpainting"
    question: ClassVar[str] = "what lies behind the noise?"
    source: ClassVar[str] = "Pathak et al., CVPR 2016"

    boxes: int = 5
    outside: bool = False

    def __post_init__(self) -> None:
        check_option(self.name, "boxes", self.boxes, 1, 100)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        shape = images.shape[2:]
        low, high = [side // _SMALLEST for side in shape], [side // _LARGEST for side in shape]
        hidden = covered(random_boxes(len(images), self.boxes, shape, low, high, generator), shape)
        return torch.where(hidden ^ self.outside, uniform(images.shape, generator), images), images
