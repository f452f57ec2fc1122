"""Lesions painted by hand, in an organ that has no end."""

import numpy as np
from scipy import ndimage

from atlas_lab.synthesis.realism import Lesion, Lesions

LEVEL = 110.0


def painted(patient="p", diameter_mm=14.0, contrast=-40.0, blur_mm=1.0, speckle=0.0, noise=12.0, rng=None, level=LEVEL) -> Lesion:
    """A ball on voxels of 1 mm: edge blurred, `speckle` HU of smooth texture inside, smooth noise everywhere."""
    rng = np.random.default_rng(0) if rng is None else rng
    half = max(int(np.ceil(diameter_mm / 2)) + 10, 16)
    mask = sum(axis**2 for axis in np.ogrid[(slice(-half, half),) * 3]) < (diameter_mm / 2) ** 2
    share = ndimage.gaussian_filter(mask.astype(float), blur_mm) if blur_mm else mask.astype(float)
    hu = level + share * (contrast + speckle * smooth(rng, mask.shape)) + noise * smooth(rng, mask.shape, 0.6)
    return Lesion(hu.astype(np.float32), mask, ~mask, level, patient, diameter_mm, 1.0)


def smooth(rng, shape, sigma=1.5):
    """Noise of standard deviation 1."""
    field = ndimage.gaussian_filter(rng.standard_normal(shape), sigma, mode="wrap")
    return field / field.std()


def many(count, name, seed=0, per_patient=1, **look) -> Lesions:
    """Lesions of several sizes and contrasts, of `count` / `per_patient` patients."""
    rng = np.random.default_rng([seed, *name.encode()])
    made = []
    for number in range(count):
        own = {"diameter_mm": rng.uniform(9, 18), "contrast": rng.uniform(-60, -30), "speckle": 10.0} | look
        made.append(painted(f"{name}{number // per_patient}", rng=rng, **own))
    return Lesions(tuple(made), 1.0)
