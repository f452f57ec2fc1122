"""Context restoration: small boxes have changed places, the network puts everything back."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch.nn import functional

from atlas_lab.learning.pretext._random import check_option, integers
from atlas_lab.learning.pretext._restoring import Restoring

_SMALLEST, _LARGEST = 12, 6  # a box's side is from a twelfth to a sixth of the patch's


@dataclass(frozen=True)
class Restoration(Restoring):
    """Context restoration (Chen et al., Medical Image Analysis 2019): two disjoint boxes of one size swap, `swaps` times.

    No intensity is lost or new: only where things lie tells what is wrong. The paper leaves the sizes to the data; here
    each side is from a twelfth to a sixth of the patch's.
    """

    name: ClassVar[str] = "restoration"
    question: ClassVar[str] = "which pieces have changed places, and what belongs there?"
    source: ClassVar[str] = "Chen et al., Medical Image Analysis 2019"

    swaps: int = 10

    def __post_init__(self) -> None:
        check_option(self.name, "swaps", self.swaps, 1, 1000)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        shape = images.shape[2:]
        swapped = images.flatten(1).clone()
        for _ in range(self.swaps):
            first, second = (where.flatten(1) for where in _pair(len(images), shape, generator))
            one, other = swapped.gather(1, first), swapped.gather(1, second)
            swapped.scatter_(1, first, other).scatter_(1, second, one)
        return swapped.view_as(images), images


def _pair(batch: int, shape: torch.Size, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Flat indices of the voxels of two disjoint boxes of one size, (B, x, y, z) each, in the same order.

    The boxes are apart along one axis, drawn at random, and anywhere along the others. A box smaller than the largest
    repeats its last voxels, in both alike, so that all boxes of the batch fit one array.
    """
    sides = torch.tensor(list(shape), device=generator.device).expand(batch, 3)
    most = [max(side // _LARGEST, 1) for side in shape]
    size = integers((sides // _SMALLEST).clamp(min=1), sides.new_tensor(most).expand(batch, 3), generator)
    zero = torch.zeros_like(sides)
    apart = functional.one_hot(integers(zero[:, 0], zero[:, 0] + 2, generator), 3).bool()
    near = integers(zero, torch.where(apart, sides - 2 * size, sides - size), generator)
    far = integers(torch.where(apart, near + size, zero), sides - size, generator)
    return _flat(near, size, most, shape), _flat(far, size, most, shape)


def _flat(start: torch.Tensor, size: torch.Tensor, most: list[int], shape: torch.Size) -> torch.Tensor:
    x, y, z = (
        start[:, axis, None] + torch.minimum(torch.arange(most[axis], device=start.device), size[:, axis, None] - 1)
        for axis in range(3)
    )
    return (x[:, :, None, None] * shape[1] + y[:, None, :, None]) * shape[2] + z[:, None, None, :]
