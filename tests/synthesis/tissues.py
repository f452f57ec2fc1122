"""Organs made by hand, for tumours to grow in."""

import numpy as np

from atlas_lab.synthesis.tissue import Tissue, level_and_noise

FAT = -100.0  # HU around the organ
MARGIN_MM = 10.0  # of fat, on every side
SPACINGS = [(1.0, 1.0, 1.0), (0.7, 0.8, 2.5), (3.0, 2.0, 1.0)]
_SIDES = {"kidney": "kidney_left", "lung": "lung_left", "adrenal_gland": "adrenal_gland_left", "femur": "femur_left"}


def ball(
    diameter_mm=90.0, spacing=(1.0, 1.0, 1.0), level=110.0, noise=12.0, organ="liver", phase="portal", seed=0, dtype=np.int16
) -> Tissue:
    """A ball-shaped organ of one level in fat, with white noise everywhere; nothing is taken."""
    reach = np.ceil((diameter_mm / 2 + MARGIN_MM) / np.asarray(spacing)).astype(int)
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    inside = sum((step * offset) ** 2 for step, offset in zip(spacing, offsets, strict=True)) < (diameter_mm / 2) ** 2
    hu = np.where(inside, level, FAT) + noise * np.random.default_rng(seed).standard_normal(inside.shape)
    hu = (np.rint(hu) if np.issubdtype(dtype, np.integer) else hu).astype(dtype)
    structure = _SIDES.get(organ, organ)
    found = level_and_noise(hu, inside, structure)
    return Tissue(hu, inside, np.zeros(inside.shape, bool), tuple(spacing), structure, organ, phase, *found)


def middle(tissue) -> tuple[int, int, int]:
    """The voxel in the middle of a tissue's box."""
    return tuple(n // 2 for n in tissue.shape)
