"""Bladder, prostate and the heads of the femurs."""

import numpy as np

from atlas_lab.data.phantom.body import HIP, SIDES
from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Ellipsoid, Shape, Union
from atlas_lab.data.phantom.tissue import Tissue, always, bone, solid, within

_NAMES = {1.0: "right", -1.0: "left"}


def _bladder(rng: np.random.Generator) -> Shape:
    """Nearly empty and flat, or full and round, always on the floor of the pelvis."""
    full = rng.uniform(0.0, 1.0)
    wide, deep, high = 32 + 14 * full, 24 + 16 * full, 18 + 20 * full
    dome = Ellipsoid((rng.uniform(-4, 4), 22, -101 + high), (wide, deep, high))
    return Union((dome, Ellipsoid((0, 14, -92), (24, 22, 14))), blend=8)


HIPS = tuple(
    Part(
        f"femur_{_NAMES[s]}",
        Ellipsoid((s * HIP[0], HIP[1], HIP[2]), (23.6, 23.6, 23.6)),
        bone((190, 230), (440, 560), 1.8),
    )
    for s in SIDES
)
PROSTATE = Part(
    "prostate",
    Ellipsoid((0, 4, -117), (23, 17, 16)),
    solid("prostate", share=(0.35, 0.75), texture=6),
    sex="M",
    shift=1.0,
    scale=0.08,
    group="pelvis",
)
BLADDER = Part(
    "bladder",
    _bladder,
    Tissue(within("bladder", (0.1, 0.7)), always(30, 45), 2.5),
    gap=0.5,
    clip=2.0,
    shift=1.5,
    group="pelvis",
)
