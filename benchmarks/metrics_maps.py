"""Pairs of label maps to score: a real one as it is, and enlarged to the size of a CT with a prediction that is slightly off."""

import os
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

STRUCTURES = 25
FACTORS = (3, 3, 6)  # the 3 mm map becomes one of 1 x 1 x 0.5 mm, 366 x 303 x 180 voxels
OFF_VOXELS = 3  # by about how much the outlines of the prediction wander
PATCH = 24  # voxels within which they wander the same way


@dataclass(frozen=True)
class Pair:
    """Two arrays of labels (x, y, z) from 1 to `count`, their spacing and a tolerance in mm."""

    prediction: np.ndarray
    truth: np.ndarray
    spacing: tuple[float, float, float]
    tolerance_mm: float
    count: int

    def masks(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Prediction and truth of each label as bool arrays, which is what most tools take."""
        return [(self.prediction == label, self.truth == label) for label in range(1, self.count + 1)]


def small() -> Pair:
    """A real patient at 3 mm, and what a fast network made of it."""
    data = Path(os.environ["ATLAS_LAB_TEST_DATA"])
    truth = _structures(data / "cases" / "TS_ABD_0002" / "segmentations")
    prediction = _structures(data / "predictions" / "totalsegmentator_fast" / "TS_ABD_0002" / "segmentations")
    names = [name for name in truth if truth[name].any() or prediction[name].any()]
    arrays = [sum((i * masks[name] for i, name in enumerate(names, 1)), np.uint8(0)) for masks in (prediction, truth)]
    disjoint = [np.minimum(array, len(names)).astype(np.uint8) for array in arrays]
    return Pair(disjoint[0], disjoint[1], (3.0, 3.0, 3.0), 3.0, len(names))


def large() -> Pair:
    """The patient's 25 largest structures at 1 x 1 x 0.5 mm, and the same with outlines that wander."""
    path = Path(os.environ["ATLAS_LAB_TEST_DATA"]) / "cases" / "TS_ABD_0002" / "source_multilabel.nii.gz"
    source = np.asarray(nib.load(path).dataobj)
    voxels = np.bincount(source.ravel().astype(np.int64))
    chosen = 1 + np.argsort(-voxels[1:], kind="stable")[:STRUCTURES]
    truth = np.zeros([n * factor for n, factor in zip(source.shape, FACTORS, strict=True)], np.uint8)
    highest = np.full(truth.shape, 0.5, np.float32)
    for label, value in enumerate(sorted(chosen.tolist()), 1):
        soft = ndimage.zoom((source == value).astype(np.float32), FACTORS, order=1, grid_mode=True, mode="nearest")
        truth[soft > highest] = label
        np.maximum(highest, soft, out=highest)
    return Pair(wandering(truth), truth, (1.0, 1.0, 0.5), 1.5, STRUCTURES)


def wandering(labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """The map with its voxels fetched from places that a smooth random field says."""
    rng = np.random.default_rng(seed)
    places = np.indices(labels.shape, np.float32)
    for axis in places:
        coarse = rng.normal(0, OFF_VOXELS, [n // PATCH + 2 for n in labels.shape])
        axis += ndimage.zoom(coarse, [n / m for n, m in zip(labels.shape, coarse.shape, strict=True)], order=1)
    return ndimage.map_coordinates(labels, places, order=0, mode="nearest")


def halved(pair: Pair) -> Pair:
    """The upper half of every predicted structure is missing."""
    prediction = pair.prediction.copy()
    for label, box in enumerate(ndimage.find_objects(pair.truth), 1):
        if box is not None:
            middle = (box[2].start + box[2].stop) // 2
            upper = prediction[:, :, middle:]
            upper[upper == label] = 0
    return Pair(prediction, pair.truth, pair.spacing, pair.tolerance_mm, pair.count)


def elsewhere(pair: Pair) -> Pair:
    """Every predicted structure lies 15 cm to the side."""
    return Pair(np.roll(pair.prediction, 150, axis=0), pair.truth, pair.spacing, pair.tolerance_mm, pair.count)


def _structures(folder: Path) -> dict[str, np.ndarray]:
    return {path.name.removesuffix(".nii.gz"): np.asarray(nib.load(path).dataobj) > 0 for path in sorted(folder.glob("*.nii.gz"))}
