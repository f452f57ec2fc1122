"""Lungs and esophagus."""

import numpy as np

from atlas_lab.data.phantom.body import SIDES
from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Ellipsoid, Minus, Shape, Tube, Union
from atlas_lab.data.phantom.tissue import Tissue, always, within

_NAMES = {1.0: "right", -1.0: "left"}


def _lung(s: float) -> Shape:
    outside = Ellipsoid((s * 68, -8, 165), (79, 108, 141))
    dome = Ellipsoid((68, 6, 70), (78, 96, 74)) if s > 0 else Ellipsoid((-70, 6, 60), (76, 96, 70))
    recess = Ellipsoid((s * 30, 60, 70), (90, 60, 74))
    mediastinum = Tube(((s * 8 - 6, -30, 80), (s * 8 - 6, -10, 200)), (24, 24), stretch=(1, 2.2, 1))
    return Minus(outside, Union((dome, recess, mediastinum), blend=8))


def _esophagus(rng: np.random.Generator) -> Shape:
    r, x = rng.uniform(0.85, 1.08), rng.uniform(-4, 4)
    return Tube(
        ((-2, -14, 225), (-4 + x, -3, 175), (-8 + x, 0, 140), (-16, 8, 122), (-26, 12, 114)),
        tuple(r * radius for radius in (7.5, 8.3, 9.2, 10, 11)),
    )


ESOPHAGUS = Part(
    "esophagus",
    _esophagus,
    Tissue(within("esophagus", (0.2, 0.6)), within("esophagus", (0.3, 0.8)), 5.0, texture=3),
    jitter=1.0,
    path=True,
)
LUNGS = tuple(
    Part(f"lung_{_NAMES[s]}", _lung(s), Tissue(always(-850, -815), texture=26.0, grain="fine"), clip=4.0, gap=1.0, shift=1.0)
    for s in SIDES
)
