"""Where the patch of a sample lies: a function of the seed, the step and the sample's place in the step."""

import functools
from dataclasses import dataclass
from typing import cast

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.learning.patches.prepared import PreparedCase, PreparedCases
from atlas_lab.learning.patches.randomness import check_seed, rng_of

SUPREM_POSITIVE = 2 / 3  # RandCropByPosNeg, positive : negative = 2 : 1 (SuPreM, ICLR 2024)
_LABELLED, _REST = -2, -1

Size = tuple[int, int, int]


@dataclass(frozen=True)
class Place:
    """The case's number, and the voxel where its patch starts along x, y and z (below 0 where the volume is smaller)."""

    case: int
    start: tuple[int, int, int]


class Sampler:
    """Chooses cases and patches.

    Cases come in a new random order again and again, so each is seen equally often. A patch is centred on a labelled voxel
    with the probability `positive`, else on another one of the body. `balanced` makes each class the centre equally often,
    however small it is and however few cases have it; those patches then come from the cases that do.
    A patch is moved inside the volume where it fits, as MONAI does.
    """

    def __init__(
        self,
        cases: PreparedCases,
        size: Size,
        *,
        seed: int,
        per_step: int,
        positive: float = SUPREM_POSITIVE,
        balanced: bool = False,
    ) -> None:
        """`size` is the patch's (x, y, z), `per_step` the number of samples of one step on all devices together."""
        if not 0 <= positive <= 1:
            raise InputError(f"positive={positive}: give the share of patches around labels, from 0 to 1")
        self.cases, self.size, self.seed, self.per_step = tuple(cases), size, check_seed(seed), per_step
        self.positive = positive
        count = np.array([[case.count(part) for part in range(len(cases.classes))] for case in self.cases])
        self._holders = [np.flatnonzero(column) for column in count.T if column.any()] if balanced else []
        self._numbers = [number for number, column in enumerate(count.T) if column.any()] if balanced else []
        if balanced and not self._numbers:
            raise InputError("balanced=True, but no prepared case holds a voxel of any class; ask for other classes")

    def place(self, step: int, index: int) -> Place:
        """Where sample `index` of step `step` lies."""
        rng = rng_of("place", self.seed, step, index)
        positive = rng.random() < self.positive
        if positive and self._numbers:
            choice = int(rng.integers(len(self._numbers)))
            case, part = int(rng.choice(self._holders[choice])), self._numbers[choice]
        else:
            turn, number = divmod(step * self.per_step + index, len(self.cases))
            case, part = int(_order(self.seed, turn, len(self.cases))[number]), _LABELLED if positive else _REST
        return Place(case, self._start(self.cases[case], part, rng))

    def _start(self, case: PreparedCase, part: int, rng: np.random.Generator) -> tuple[int, int, int]:
        if not case.count(part):  # nothing labelled, or nothing else
            part = _LABELLED + _REST - part if part < 0 else part
        center = case.points(part)[rng.integers(case.count(part))]
        sides = zip(center.tolist(), self.size, case.shape, strict=True)
        # where the volume is smaller it lies in the middle of the patch
        start = (min(max(c - n // 2, 0), side - n) if side >= n else (side - n) // 2 for c, n, side in sides)
        return cast(tuple[int, int, int], tuple(start))


@functools.lru_cache(maxsize=4)
def _order(seed: int, turn: int, count: int) -> np.ndarray:
    return rng_of("order", seed, turn).permutation(count)
