"""Where a figure looks unless it is told."""

import numpy as np

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.planes import VIEWS, Plane, centre

At = str | tuple[int, int, int] | None


def resolve(at: At, volume: Volume, labels: LabelMap) -> tuple[int, int, int]:
    """The voxel that `at` means."""
    if isinstance(at, str):
        return centre(labels, at)
    if at is not None:
        if np.shape(at) != (3,):
            raise InputError(f"{at!r} is neither a voxel (x, y, z) nor the name of a structure")
        if not all(0 <= v < n for v, n in zip(at, volume.shape, strict=True)):
            raise InputError(f"voxel {tuple(at)} lies outside the volume of shape {volume.shape}")
        return int(at[0]), int(at[1]), int(at[2])
    x, y, _ = (n // 2 for n in volume.shape)
    return x, y, crowded(labels, "axial")


def crowded(labels: LabelMap, plane: Plane) -> int:
    """The middle one of the slices that show the most structures, or of all slices where nothing is annotated."""
    axis = VIEWS[plane].axis
    counts = np.zeros(labels.shape[axis], dtype=int)
    for name in labels:
        counts[labels.cropped(name).box[axis]] += 1
    if not counts.any():
        return len(counts) // 2
    best = np.flatnonzero(counts == counts.max())
    return int(best[len(best) // 2])


def fullest(mask: np.ndarray) -> tuple[int, int, int]:
    """For each axis the slice of a bool array (x, y, z) that holds most voxels: the three planes that show most of it."""
    x, y, z = (int(mask.sum(axis=others).argmax()) for others in ((1, 2), (0, 2), (0, 1)))
    return x, y, z
