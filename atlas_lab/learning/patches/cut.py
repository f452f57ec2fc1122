"""One patch out of a prepared case: the only voxels that are read."""

import numpy as np

from atlas_lab.learning.patches.prepared import PreparedCase

AIR_HU = -1024


def cut(case: PreparedCase, start: tuple[int, int, int], hu: np.ndarray, bits: np.ndarray) -> None:
    """Fill `hu` (int16) and `bits` (int64), both of the patch's shape, with the voxels from `start` on.

    What lies beyond the volume is air (-1024 HU) without a label.
    """
    sides = list(zip(start, hu.shape, case.shape, strict=True))
    source = tuple(slice(max(first, 0), max(min(first + size, side), 0)) for first, size, side in sides)
    target = tuple(slice(part.start - first, part.stop - first) for part, (first, _, _) in zip(source, sides, strict=True))
    if hu[target].shape != hu.shape:
        hu[...], bits[...] = AIR_HU, 0
    hu[target], bits[target] = case.hu[source], case.bits[source]
