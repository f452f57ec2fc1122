"""De-noising: noise is added, the network takes it away."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from atlas_lab.learning.pretext._random import check_option, normal
from atlas_lab.learning.pretext._restoring import Restoring


@dataclass(frozen=True)
class Denoising(Restoring):
    """A de-noising auto-encoder (Vincent et al., ICML 2008): Gaussian noise of standard deviation `noise` on [0, 1] images.

    The noise is not clipped: air would otherwise give away its sign.
    """

    name: ClassVar[str] = "denoising"
    question: ClassVar[str] = "what was here before the noise?"
    source: ClassVar[str] = "Vincent et al., ICML 2008"

    noise: float = 0.1

    def __post_init__(self) -> None:
        check_option(self.name, "noise", self.noise, 0, 1)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        return images + normal(images.shape, generator, self.noise), images
