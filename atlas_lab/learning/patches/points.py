"""Where patches may be centred: some voxels of each class, of anything labelled, and of the rest of the body.

They are picked once, when a case is prepared, so that a sample costs one look into a small table.
"""

from collections.abc import Sequence

import numpy as np

from atlas_lab.data import Case, LabelMap, Volume, crop_to_foreground

PER_CLASS = 2048
PER_CASE = 8192  # of anything labelled, and as many of the rest
BODY_HU = -500  # air and lungs are below

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def body_box(id: str, hu: np.ndarray, affine: np.ndarray) -> Box:
    """First and one past the last voxel of the patient along x, y and z. InputError: there is nothing but air."""
    alone = Case(id, Volume(hu, affine), LabelMap({}, affine, shape=hu.shape))
    x, y, z = crop_to_foreground(alone, 0.0, threshold_hu=BODY_HU).provenance["cropped"]
    return (x[0], x[1]), (y[0], y[1]), (z[0], z[1])


def pick(hu: np.ndarray, bits: np.ndarray, box: Box, classes: int) -> tuple[np.ndarray, list[int]]:
    """Voxels as int16 (n, 3), and where in them each part ends: the classes, then anything labelled, then the rest.

    `hu` and `bits` are (x, y, z); each part is spread evenly over its voxels, the same ones each time.
    """
    inside = tuple(slice(*side) for side in box)
    body = (hu[inside] > BODY_HU) & (bits[inside] == 0)
    parts = [_spread(_of_class(bits, number), (0, 0, 0), PER_CLASS, number) for number in range(classes)]
    parts.append(_spread(bits != 0, (0, 0, 0), PER_CASE, classes))
    parts.append(_spread(body, [side[0] for side in box], PER_CASE, classes + 1))
    return np.concatenate(parts), np.cumsum([len(part) for part in parts]).tolist()


def _of_class(bits: np.ndarray, number: int) -> np.ndarray:
    return (bits & bits.dtype.type(1 << number)) != 0


def _spread(mask: np.ndarray, origin: Sequence[int], most: int, seed: int) -> np.ndarray:
    """At most `most` voxels of a mask: one from each of as many equal stretches of them."""
    found = np.flatnonzero(mask)
    if found.size > most:
        stretch = (np.arange(most) + np.random.default_rng(seed).random(most)) * (found.size / most)
        found = found[stretch.astype(np.int64)]
    return (np.stack(np.unravel_index(found, mask.shape), axis=1) + origin).astype(np.int16)
