"""Tiny patients: a bright body in air with a few boxes and some gas in it, each voxel with HU of its own."""

import numpy as np

from atlas_lab.data import Case, LabelMap, Volume

CLASSES = ("liver", "spleen", "pancreas", "liver_tumor")


def boxed(shape, *sides):
    mask = np.zeros(shape, bool)
    mask[tuple(slice(*side) for side in sides)] = True
    return mask


def tiny_case(id="P0", shape=(40, 36, 32), spacing=(1.5, 1.5, 1.5), seed=0, without=(), dtype=np.int16):
    """Liver (large, tumour inside), spleen (small), pancreas (looked for and absent)."""
    rng = np.random.default_rng(seed)
    hu = np.full(shape, -1000, np.float64)
    body = tuple(slice(side // 8, side - side // 8) for side in shape)
    hu[body] = rng.integers(-100, 200, hu[body].shape)
    hu[tuple(slice(3 * side // 4, 7 * side // 8 - 1) for side in shape)] = -900  # gas in the bowel
    x, y, z = shape
    masks = {
        "liver": boxed(shape, (x // 4, x // 2), (y // 4, y // 2), (z // 4, 3 * z // 4)),
        "spleen": boxed(shape, (3 * x // 4, 3 * x // 4 + 3), (y // 2, y // 2 + 2), (z // 2, z // 2 + 2)),
        "pancreas": np.zeros(shape, bool),
        "liver_tumor": boxed(shape, (x // 4 + 1, x // 4 + 4), (y // 4 + 1, y // 4 + 4), (z // 2, z // 2 + 3)),
    }
    affine = np.diag([*spacing, 1.0])
    return Case(
        id, Volume(hu.astype(dtype), affine), LabelMap({n: m for n, m in masks.items() if n not in without}, affine, shape=shape)
    )
