"""The stomach: a bag that nobody has twice."""

import numpy as np

from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Shape, Tube
from atlas_lab.data.phantom.tissue import hollow

COLLAPSED_MM = 6.5  # the radius where wall lies on wall
_BODY, _ANTRUM = slice(3, 5), slice(5, 7)


def _stomach(rng: np.random.Generator) -> Shape:
    """Full or nearly empty, across the abdomen or hanging down, one part of it often collapsed."""
    full, drop, fundus = rng.uniform(0.78, 1.16), rng.uniform(-8, 46), rng.uniform(-6, 8)
    points = (
        (-32, 8, 112),
        (-56, -2, 116 + fundus),
        (-68, 14, 100),
        (-66, 38, 78 - 0.4 * drop),
        (-44, 56, 60 - 0.9 * drop),
        (-12, 58, 54 - drop),
        (14, 50, 52 - 0.5 * drop),
        (26, 45, 50),
    )
    radii = np.array([17, 29, 31, 27, 23, 19, 14, 10]) * np.array([1, *(full,) * 6, 1])
    part = rng.choice(["none", "body", "antrum"], p=[0.35, 0.25, 0.4])
    if part != "none":
        radii[_BODY if part == "body" else _ANTRUM] = COLLAPSED_MM
    return Tube(points, tuple(float(r) for r in radii))


STOMACH = Part("stomach", _stomach, hollow("stomach", 4.5, (8, 35), gas=(30, 72)), gap=0.8, clip=3.0, jitter=3.0, surface=1.4)
