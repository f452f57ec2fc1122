"""Lesions of one row of voxels, so that overlaps can be counted on one's fingers."""

import numpy as np

LENGTH = 80


def bars(*spans: tuple[int, int], value: float | None = None) -> np.ndarray:
    """A mask (80, 1, 1) with the voxels first…last of every span; with `value` a soft map that is `value` there."""
    row = np.zeros((LENGTH, 1, 1), bool if value is None else np.float32)
    for first, last in spans:
        row[first : last + 1] = True if value is None else value
    return row
