"""What a tumour that bulges out of its organ is painted on: tissue like the organ's, with the CT's own noise."""

import numpy as np
from scipy import ndimage


def continued(
    hu: np.ndarray, organ: np.ndarray, centre: tuple[int, ...], level: float, noise: float, rng: np.random.Generator
) -> np.ndarray:
    """Float32 HU (x, y, z) as if the organ went on.

    A voxel outside the organ, or on its surface, where half of it is fat, shows what lies opposite the voxel `centre`, if
    that is organ, so that the CT's noise goes on too; else the organ's `level` with white `noise`, HU.
    """
    deep = ndimage.binary_erosion(organ)
    opposite = [2 * c - np.arange(n) for c, n in zip(centre, hu.shape, strict=True)]
    x, y, z = ((at >= 0) & (at < n) for at, n in zip(opposite, hu.shape, strict=True))
    places = np.ix_(*(np.clip(at, 0, n - 1) for at, n in zip(opposite, hu.shape, strict=True)))
    mirrored = deep[places] & x[:, None, None] & y[:, None] & z
    invented = np.float32(level) + np.float32(noise) * rng.standard_normal(hu.shape, dtype=np.float32)
    return np.where(deep, hu, np.where(mirrored, hu[places], invented)).astype(np.float32)
