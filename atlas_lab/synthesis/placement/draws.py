"""Random voxels of an organ, without a look at all of it unless a few thousand draws were not enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlas_lab.synthesis.tissue import Tissue

_BATCH = 512
_IN_BOX, _IN_ORGAN = 16, 4  # batches


@dataclass(frozen=True)
class Draws:
    """Batches of voxels, int64 (n, 3), of a tissue's box or of its organ, each voxel being equally likely."""

    tissue: Tissue
    rng: np.random.Generator

    def in_box(self) -> Iterator[np.ndarray]:
        """8192 voxels, of which an organ that fills a seventh of its box holds a thousand."""
        for _ in range(_IN_BOX):
            yield (self.rng.random((_BATCH, 3)) * self.tissue.shape).astype(np.int64)

    def in_organ(self) -> Iterator[np.ndarray]:
        """2048 voxels of the organ, however small it is."""
        for _ in range(_IN_ORGAN if self._organ.size else 0):
            chosen = self._organ[self.rng.integers(self._organ.size, size=_BATCH)]
            yield np.stack(np.unravel_index(chosen, self.tissue.shape), -1)

    @cached_property
    def _organ(self) -> np.ndarray:
        return np.flatnonzero(self.tissue.organ)
