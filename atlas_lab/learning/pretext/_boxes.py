"""Random boxes in the patches of a batch, all at once: where they lie, which voxels they cover."""

import itertools
from collections.abc import Sequence

import torch

from atlas_lab.learning.pretext._random import integers

Boxes = tuple[torch.Tensor, torch.Tensor]  # first voxel and size, int64 (B, N, 3)


def random_boxes(
    batch: int,
    count: int,
    shape: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    generator: torch.Generator,
    *,
    margin: int = 0,
) -> Boxes:
    """Boxes with sides from `low` to `high` voxels (both included) along each axis, `margin` voxels off the border.

    Where a box leaves no room for the margin it lies in the middle.
    """
    each = torch.zeros(batch, count, 3, dtype=torch.int64, device=generator.device)
    sides = each.new_tensor(list(shape))
    smallest = each.new_tensor(list(low)).clamp(min=1)
    size = integers(each + smallest, each + torch.maximum(each.new_tensor(list(high)), smallest), generator)
    free = sides - size
    first = torch.minimum(each + margin, free // 2)
    return integers(first, free - first, generator), size


def covered(boxes: Boxes, shape: Sequence[int], used: torch.Tensor | None = None) -> torch.Tensor:
    """The voxels that any box covers: bool (B, 1, X, Y, Z). `used`, bool (B, N), says which boxes count.

    Each box adds and takes away one at its corners; running sums along the axes then count the boxes over every voxel,
    at a cost that does not grow with their number.
    """
    start, size = boxes
    batch, count, _ = start.shape
    padded = [side + 1 for side in shape]
    steps = torch.zeros(batch, padded[0] * padded[1] * padded[2], dtype=torch.int32, device=start.device)
    weight = torch.ones(batch, count, dtype=torch.int32, device=start.device) if used is None else used.int()
    for corner in itertools.product((0, 1), repeat=3):
        x, y, z = (start + size * start.new_tensor(corner)).unbind(-1)
        steps.scatter_add_(1, (x * padded[1] + y) * padded[2] + z, weight * (-1) ** sum(corner))
    counts = steps.view(batch, 1, *padded)
    for axis in (2, 3, 4):
        counts = counts.cumsum(axis, dtype=torch.int32)
    return counts[..., :-1, :-1, :-1] > 0
