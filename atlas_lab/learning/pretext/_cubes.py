"""A patch cut into a grid of cubes, with gaps between them that jitter: no edge runs on from one cube to the next."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext._random import integers

_GAP = 8  # of a cell: an eighth of it stays free between two cubes, and as much again is the play of each
_LEAST = 5  # voxels of a cell


def cut_cubes(images: torch.Tensor, grid: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Cubes (B, grid³, 1, c, c', c'') in the order of their places (z fastest), and their first voxels (B, grid³, 3).

    Each lies at a random place in its cell: between neighbours at least an eighth of the cell is free, and they play by an
    eighth. Cells are as large as fit; InputError: a cell of fewer than 5 voxels along an axis.
    """
    sides = images.shape[2:]
    cells = [side // grid for side in sides]
    if min(cells) < _LEAST:
        raise InputError(
            f"a patch of {tuple(sides)} voxels is too small for {grid}x{grid}x{grid} cubes: give {_LEAST * grid} or more a side"
        )
    margins = [max(cell // (2 * _GAP), 1) for cell in cells]
    plays = [cell // _GAP for cell in cells]
    cube = [cell - 2 * margin - play for cell, margin, play in zip(cells, margins, plays, strict=True)]
    places = torch.cartesian_prod(*[torch.arange(grid, device=images.device)] * 3)
    first = places * places.new_tensor(cells) + places.new_tensor(margins)
    first = first.expand(len(images), -1, -1)
    start = integers(first, first + first.new_tensor(plays), generator)
    return take(images, start, cube), start


def take(images: torch.Tensor, start: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """The boxes of one size that begin at `start` (B, N, 3): (B, N, 1, *size)."""
    batch = torch.arange(len(images), device=images.device).view(-1, 1, 1, 1, 1)
    x, y, z = (
        (start[..., axis, None] + torch.arange(side, device=images.device)).view(
            *start.shape[:2], *[side if other == axis else 1 for other in range(3)]
        )
        for axis, side in enumerate(size)
    )
    return images[:, 0][batch, x, y, z].unsqueeze(2)


def laid_out(cubes: torch.Tensor, grid: int) -> torch.Tensor:
    """Cubes (grid³, 1, c, c, c) side by side as one image (X, Y, Z), dark seams between them: for pictures."""
    framed = functional.pad(cubes[:, 0], (1, 1) * 3)
    side = framed.shape[1:]
    image = framed.view(grid, grid, grid, *side).permute(0, 3, 1, 4, 2, 5)
    return image.reshape(*(grid * s for s in side))
