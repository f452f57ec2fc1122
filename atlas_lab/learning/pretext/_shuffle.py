"""Voxels that change places within small windows: texture goes, anatomy stays."""

from collections.abc import Sequence

import torch

from atlas_lab.learning.pretext._random import integers, permutations, uniform

_GRIDS = 4
_SHARE = 0.3  # of the windows of a grid; four grids reach 76 % of the voxels, as 10,000 windows of a 96³ patch do


def shuffled_locally(images: torch.Tensor, largest: Sequence[int], generator: torch.Generator) -> torch.Tensor:
    """Images (B, 1, X, Y, Z) whose voxels are shuffled within windows of 1 to `largest` voxels along each axis.

    Models Genesis (Zhou et al., MICCAI 2019) draws 10,000 windows one after the other, all from the original image, later
    ones over earlier ones. Here they come in four regular grids, each with its own window size and place (the batch's)
    and its own choice of windows and orders (each sample's): the same picture without 10,000 steps.
    """
    shuffled = images.clone()
    for _ in range(_GRIDS):
        one = torch.ones(3, dtype=torch.int64, device=generator.device)
        window = integers(one, one.new_tensor(list(largest)).clamp(min=1), generator)
        counts = one.new_tensor(list(images.shape[2:])) // window
        start = integers(one * 0, one.new_tensor(list(images.shape[2:])) - counts * window, generator)
        size, number, first = window.tolist(), counts.tolist(), start.tolist()
        x, y, z = (slice(f, f + n * s) for f, n, s in zip(first, number, size, strict=True))
        original, there = (_windows(image[:, 0, x, y, z], number, size) for image in (images, shuffled))
        chosen = uniform(original.shape[:2], generator) < _SHARE
        values = original[chosen]
        there[chosen] = values.gather(1, permutations(len(values), values.shape[1], generator))
        shuffled[:, 0, x, y, z] = _image(there, number, size)
    return shuffled


def _windows(image: torch.Tensor, number: list[int], size: list[int]) -> torch.Tensor:
    """(B, X, Y, Z) as its windows: (B, windows, voxels)."""
    split = [part for pair in zip(number, size, strict=True) for part in pair]
    return image.reshape(-1, *split).permute(0, 1, 3, 5, 2, 4, 6).reshape(len(image), -1, size[0] * size[1] * size[2])


def _image(windows: torch.Tensor, number: list[int], size: list[int]) -> torch.Tensor:
    """What `_windows` took apart."""
    whole = windows.view(-1, *number, *size).permute(0, 1, 4, 2, 5, 3, 6)
    return whole.reshape(-1, *(n * s for n, s in zip(number, size, strict=True)))
