"""Patients with liver lesions and a detector that is a dice throw: what the evaluation lesson judges without a network."""

from collections.abc import Iterator, Sequence

import cc3d
import numpy as np
from tqdm.auto import tqdm

from atlas_lab.data import Case
from atlas_lab.data.phantom import Order, patient
from atlas_lab.errors import InputError

SPACING_MM = 3.0
LESIONS_MM = (8.0, 24.0)  # diameters of the metastases that are asked for
SEEN_MM, STEEP_MM = 13.0, 3.0  # a lesion of this diameter is seen every other time; how fast that changes with its size
FALSE_POSITIVE_MM = (5.0, 12.0)  # diameters


def lesion_patients(count: int, *, seed: int = 0) -> list[Case]:
    """Phantom patients, cut out around the liver at 3 mm: every second has 1 to 4 metastases of 8 to 24 mm, the others none.

    Made anew at every call, about a second each. InputError: fewer than 8, which leaves too few for validation and test.
    """
    if count < 8:
        raise InputError(f"patients={count}: give at least 8, half of them for validation and half with lesions")
    rng = np.random.default_rng(seed)
    cases = []
    for index in tqdm(range(count), desc="patients", unit="case", leave=False):
        ill = [Order("metastasis", count=int(rng.integers(1, 5)), diameter_mm=LESIONS_MM)]
        made = patient(index, seed=seed, roi="liver", spacing=SPACING_MM, lesions=[] if index % 2 else ill)
        cases.append(made.case(f"patient_{index + 1:03d}"))
    return cases


def simulated_detector(
    lesions: np.ndarray,
    organ: np.ndarray,
    spacing: Sequence[float],
    *,
    seed: int | Sequence[int] = 0,
    false_positives: float = 1.5,
) -> np.ndarray:
    """What a detector might say of a patient: a map (x, y, z) of confidences, float32, 0 where it says nothing.

    Nothing looks at a CT. A lesion is seen with a chance that rises with its diameter, one half at 13 mm; what is seen is
    a ball about there, its confidence higher for a larger lesion. `false_positives` balls a patient (Poisson) lie
    in the organ, clear of the lesions, with a confidence that is lower on average. `lesions` and `organ` are bool (x, y, z),
    `spacing` is in mm. InputError: `false_positives` below 0.
    """
    if not 0 <= false_positives < np.inf:
        raise InputError(f"false_positives={false_positives!r}: give the average number a patient, 0 or more")
    rng = np.random.default_rng(seed)
    voxel = np.asarray(spacing, float)
    found = np.zeros(lesions.shape, np.float32)
    for lesion, diameter in _sized(lesions, voxel):
        chance = 1 / (1 + np.exp((SEEN_MM - diameter) / STEEP_MM))
        seen, confidence = rng.random() < chance, 0.3 + 0.6 * chance * rng.beta(4, 2)
        radius = 0.5 * diameter * rng.uniform(0.4, 1.3)
        centre = lesion.mean(axis=0) * voxel + rng.normal(0, 0.15 * diameter, 3)
        if seen:
            _add(found, centre, radius, voxel, confidence)
    clear = np.argwhere(organ & ~lesions)
    for _ in range(rng.poisson(false_positives) if len(clear) else 0):
        centre = clear[rng.integers(len(clear))] * voxel
        radius, confidence = 0.5 * rng.uniform(*FALSE_POSITIVE_MM), 0.15 + 0.75 * rng.beta(2, 2)
        if not (found + lesions)[_ball(found.shape, centre, radius + 2 * voxel.max(), voxel)].any():
            _add(found, centre, radius, voxel, confidence)
    return found


def _sized(lesions: np.ndarray, voxel: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    """The voxels (n, 3) of each lesion, and the diameter in mm of the ball of its volume."""
    pieces, count = cc3d.connected_components(lesions, connectivity=26, return_N=True)
    for number in range(1, count + 1):
        inside = np.argwhere(pieces == number)
        yield inside, float(np.cbrt(6 / np.pi * len(inside) * voxel.prod()))


def _add(found: np.ndarray, centre: np.ndarray, radius: float, voxel: np.ndarray, confidence: float) -> None:
    ball = _ball(found.shape, centre, radius, voxel)
    found[ball] = np.maximum(found[ball], confidence)


def _ball(shape: tuple[int, ...], centre: np.ndarray, radius: float, voxel: np.ndarray) -> np.ndarray:
    """Voxels whose centre lies within `radius` mm of a point in mm, and at least the nearest one."""
    away = [np.arange(size) * mm - middle for size, mm, middle in zip(shape, voxel, centre, strict=True)]
    squared = sum(side**2 for side in np.ix_(*away))
    return np.asarray(squared <= max(radius**2, float(np.min(squared))))
