"""Draws for a whole batch at once, on the generator's device."""

from collections.abc import Sequence

import torch

from atlas_lab.errors import ParameterError


def uniform(shape: Sequence[int], generator: torch.Generator, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
    """float32 in [low, high)."""
    return torch.rand(*shape, generator=generator, device=generator.device) * (high - low) + low


def normal(shape: Sequence[int], generator: torch.Generator, deviation: float = 1.0) -> torch.Tensor:
    """float32 with mean 0."""
    return torch.randn(*shape, generator=generator, device=generator.device) * deviation


def integers(low: torch.Tensor, high: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """int64 from `low` to `high`, both included, one for each pair of them."""
    room = high - low + 1
    return low + (uniform(room.shape, generator) * room).long().clamp(max=room - 1)


def chance(batch: int, share: float, generator: torch.Generator) -> torch.Tensor:
    """bool (B, 1, 1, 1, 1): true for this share of the samples."""
    return uniform((batch, 1, 1, 1, 1), generator) < share


def permutations(rows: int, length: int, generator: torch.Generator) -> torch.Tensor:
    """int64 (rows, length), a random order of 0 … length - 1 in each row."""
    return uniform((rows, length), generator).argsort(dim=1)


def check_option(task: str, option: str, value: float, low: float, high: float) -> None:
    """ParameterError: not from `low` to `high`."""
    if not low <= value <= high:
        raise ParameterError(f"{task}: {option}={value} must be from {low} to {high}")
