"""Chance without a global state: every draw is a function of a seed and of where in the training it is made."""

import zlib

import numpy as np
import torch

from atlas_lab.errors import InputError


def check_seed(seed: int) -> int:
    """A seed that is a whole number, 0 or more. InputError: anything else."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed={seed!r}: give a whole number, 0 or more")
    return int(seed)


def rng_of(purpose: str, *numbers: int) -> np.random.Generator:
    """A NumPy generator for one purpose at one place, e.g. `rng_of("place", seed, step, index)`."""
    return np.random.default_rng(_sequence(purpose, numbers))


def generator_of(seed: int, step: int, rank: int = 0) -> torch.Generator:
    """The torch generator (on the CPU) for what happens to the batch of a step on one of several devices."""
    state = _sequence("batch", (check_seed(seed), step, rank)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state) >> 1)


def _sequence(purpose: str, numbers: tuple[int, ...]) -> np.random.SeedSequence:
    # the length too: NumPy treats a missing number like a zero at the end
    return np.random.SeedSequence([zlib.crc32(purpose.encode()), len(numbers), *numbers])
