"""A patient made by hand: liver, kidneys, a vessel, in voxels of 2 mm."""

import numpy as np

from atlas_lab.data import Case, LabelMap, Volume

SPACING = (2.0, 2.0, 2.0)


def ball(shape, centre, radius):
    offsets = np.ogrid[tuple(slice(0, n) for n in shape)]
    return sum((a - c) ** 2 for a, c in zip(offsets, centre, strict=True)) <= radius**2


def by_hand(affine=None, **masks) -> Case:
    """112 x 64 x 48 voxels; the liver has a vessel through it, along z."""
    shape = (112, 64, 48)
    found = {
        "liver": ball(shape, (78, 32, 24), 21),
        "kidney_left": ball(shape, (18, 20, 24), 10),
        "kidney_right": ball(shape, (45, 20, 24), 10),
        "spleen": np.zeros(shape, bool),
    }
    found["hepatic_vessel"] = found["liver"] & (np.hypot(*np.ogrid[-78:34, -32:32])[..., None] < 3)
    hu = np.full(shape, -100, np.int16)
    hu[found["liver"]], hu[found["hepatic_vessel"]] = 110, 160
    hu[found["kidney_left"] | found["kidney_right"]] = 170
    hu += np.random.default_rng(0).normal(0, 8, shape).round().astype(np.int16)
    affine = np.diag([*SPACING, 1.0]) if affine is None else affine
    labels = LabelMap(found | masks, affine)
    return Case("BDMAP_00000001", Volume(hu, affine), labels, meta={"phase": "portal"})
