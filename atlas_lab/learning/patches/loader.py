"""`batches`: the DataLoader that delivers patches, the same ones for any number of workers and wherever it starts."""

import sys
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from atlas_lab.errors import InputError
from atlas_lab.learning.patches.cut import cut
from atlas_lab.learning.patches.prepared import PreparedCases
from atlas_lab.learning.patches.randomness import rng_of
from atlas_lab.learning.patches.sampling import SUPREM_POSITIVE, Sampler, Size
from atlas_lab.learning.patches.transforms import PatchTransform, apply


class Batch(TypedDict):
    """One step's patches.

    `hu` is int16 (B, 1, X, Y, Z); `bits` int64 (B, X, Y, Z), bit c set where class c is; `known` bool (B, classes);
    `ids` the cases they come from and `step` the step, so that whatever goes wrong can be named.
    """

    hu: torch.Tensor
    bits: torch.Tensor
    known: torch.Tensor
    ids: list[str]
    step: int


class PatchBatches(Dataset[Batch]):
    """`dataset[step]` is that step's batch, a function of the seed, the step and the rank alone."""

    def __init__(
        self, cases: PreparedCases, sampler: Sampler, batch_size: int, transforms: Sequence[PatchTransform], rank: int
    ) -> None:
        self.cases, self.sampler, self.batch_size, self.rank = cases, sampler, batch_size, rank
        self.transforms = tuple(transforms)
        self._known = cases.known

    def __getitem__(self, step: int) -> Batch:
        shape = (self.batch_size, *self.sampler.size)
        hu, bits = np.empty(shape, dtype=np.int16), np.empty(shape, dtype=np.int64)
        known = np.empty((self.batch_size, len(self.cases.classes)), dtype=bool)
        ids = [self._fill(step, row, hu[row], bits[row], known[row]) for row in range(self.batch_size)]
        return {
            "hu": torch.from_numpy(hu)[:, None],
            "bits": torch.from_numpy(bits),
            "known": torch.from_numpy(known),
            "ids": ids,
            "step": step,
        }

    def _fill(self, step: int, row: int, hu: np.ndarray, bits: np.ndarray, known: np.ndarray) -> str:
        """Put one sample into its row of the batch, and say which case it is from."""
        index = self.rank * self.batch_size + row
        place = self.sampler.place(step, index)
        case = self.sampler.cases[place.case]
        try:
            cut(case, place.start, hu, bits)
            known[:] = self._known[place.case]
            for number, transform in enumerate(self.transforms):
                rng = rng_of("transform", self.sampler.seed, step, index, number)
                apply(transform, hu, bits, known, self.cases.classes, self.cases.spacing, rng)
        except InputError as error:
            raise PatchError(f"{error} (case {case.id}, step {step})") from error
        return case.id


class PatchError(InputError):
    """What is wrong with a patch, in one line: out of what torch makes of a worker's error, a whole traceback."""

    def __init__(self, said: str) -> None:
        super().__init__(said.strip().rpartition(f"{type(self).__name__}: ")[2])


def batches(
    cases: PreparedCases,
    size: int | Size = 96,
    batch_size: int = 2,
    *,
    seed: int = 0,
    start_step: int = 0,
    stop_step: int | None = None,
    positive: float = SUPREM_POSITIVE,
    balanced: bool = False,
    transforms: Sequence[PatchTransform] = (),
    workers: int = 0,
    rank: int = 0,
    ranks: int = 1,
) -> "DataLoader[Batch]":
    """Batches of patches for the steps from `start_step` up to, not including, `stop_step` (None: without end).

    `size` is the patch's in voxels (x, y, z), `batch_size` the number on each of `ranks` devices. `positive`, `balanced`:
    see `Sampler`; `transforms`: see `PatchTransform`. The batch of a step does not depend on `workers` (processes) nor on
    `start_step`. On a machine with a GPU batches lie in pinned memory. 96 and 2 are SuPreM's (ICLR 2024).
    InputError: no cases, a number out of range.
    """
    sides = (size, size, size) if isinstance(size, int) else tuple(size)
    whole = [("batch_size", batch_size, 1), ("start_step", start_step, 0), ("workers", workers, 0), ("rank", rank, 0)]
    for name, value, least in [*whole, *(("size", side, 1) for side in sides)]:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InputError(f"{name}={value!r}: give a whole number, {least} or more")
    if len(sides) != 3:
        raise InputError(f"size={size}: give one number of voxels, or three along x, y and z")
    if not rank < ranks:
        raise InputError(f"rank={rank}: must be below ranks={ranks}")
    if not len(cases):
        raise InputError("there are no prepared cases to take patches from")
    sampler = Sampler(cases, sides, seed=seed, per_step=batch_size * ranks, positive=positive, balanced=balanced)
    return DataLoader(
        PatchBatches(cases, sampler, batch_size, transforms, rank),
        batch_size=None,
        sampler=range(start_step, sys.maxsize if stop_step is None else stop_step),
        num_workers=workers,
        pin_memory=torch.cuda.is_available(),
        generator=torch.Generator(),  # or each loader would move torch's global one on
    )
