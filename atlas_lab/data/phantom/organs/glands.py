"""The solid organs of the upper abdomen: liver, spleen, pancreas, kidneys, adrenal glands, and the gall bladder."""

import functools

import numpy as np

from atlas_lab.data.phantom.body import SIDES
from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Ellipsoid, Minus, Plate, Shape, Tube, Union, Vector
from atlas_lab.data.phantom.tissue import Tissue, by_phase, solid, within

_NAMES = {1.0: "right", -1.0: "left"}
_KIDNEY_Z = {1.0: 52.0, -1.0: 62.0}  # the left kidney lies higher
_ADRENAL: dict[float, tuple[Vector, Vector, Vector, Vector]] = {
    1.0: ((27, -26, 112), (36, -52, 100), (24, -40, 94), (34, -30, 128)),
    -1.0: ((-33, -16, 104), (-40, -44, 100), (-27, -38, 92), (-36, -26, 124)),
}


def _kidney(s: float, rng: np.random.Generator) -> Shape:
    """A bean, longer or shorter, more or less tilted and turned, higher or lower."""
    z = _KIDNEY_Z[s] + rng.uniform(-13, 11)
    half, tilt, turn = rng.uniform(29, 33), rng.uniform(-4, 5), rng.uniform(-5, 5)
    r = rng.uniform(1.08, 1.14)
    body = Tube(
        ((s * (57 - tilt), -50, z + half), (s * (65 + 0.5 * turn), -46 + 0.4 * turn, z), (s * (70 + tilt), -40, z - half)),
        (24 * r, 27 * r, 24 * r),
        stretch=(1.06, 0.92, 1),
    )
    sinus = Tube(((s * 40, -34 + turn, z), (s * 58, -43, z)), (9 * r, 10 * r), stretch=(1, 0.9, 1.9))
    return Minus(body, sinus)


def _adrenal(s: float) -> Shape:
    apex, lateral, medial, top = _ADRENAL[s]
    thick = 6.0 if s > 0 else 5.4
    return Union((Plate((apex, lateral, top), thick), Plate((apex, medial, top), thick)), blend=3)


def _pancreas(rng: np.random.Generator) -> Shape:
    """Oblique, level or bent, plump or shrunken; the head in the curve of the duodenum, the tail towards the spleen."""
    rise, arch, plump = rng.uniform(-26, 16), rng.uniform(-4, 7), rng.uniform(0.93, 1.03)
    points = (
        (37, 4, 22),
        (36, 10, 44),
        (22, 20 + 0.5 * arch, 60),
        (0, 22 + arch, 70 + 0.1 * rise),
        (-28, 14 + arch, 78 + 0.4 * rise),
        (-58, -6, 84 + 0.8 * rise),
        (-76, -20, 88 + rise),
    )
    tube = Tube(points, tuple(plump * r for r in (14, 16, 12, 11.5, 11.5, 11, 9)))
    return Union((tube, Ellipsoid((30, 4, 34), (15 * plump, 13 * plump, 19))), blend=4)


def _gall_bladder(rng: np.random.Generator) -> Shape:
    """Full or contracted, its fundus low or high; the neck stays at the gate of the liver."""
    full, low, side = rng.uniform(0.8, 1.26), rng.uniform(-16, 12), rng.uniform(-10, 10)
    points = ((74 + side, 50, 22 + low), (64 + 0.6 * side, 42, 32 + 0.6 * low), (52, 28, 48), (44, 20, 58))
    return Tube(points, (14 * full, 14.5 * full, 10 * full, 5))


def _spleen(rng: np.random.Generator) -> Shape:
    size, long, z = rng.uniform(0.96, 1.2), rng.uniform(0.9, 1.12), rng.uniform(-8, 8)
    body = Ellipsoid((-98, -46, 84 + z), (42 * size, 50 * size, 58 * size * long), (rng.uniform(4, 28), 0, rng.uniform(12, 32)))
    return Minus(body, Ellipsoid((-47, 6, 92 + z), (32, 40, 40)))


def _liver(rng: np.random.Generator) -> Shape:
    """Its left lobe short or reaching the spleen, its right lobe short or hanging low (Riedel)."""
    reach, low, dome = rng.uniform(-30, 26), rng.uniform(-28, 6), rng.uniform(-8, 5)
    right = Ellipsoid((72, -6, 60), (78, 91, 80), (0, 18, 0))
    top = Ellipsoid((66, 2, 86 + dome), (74, 88, 60))
    left = Ellipsoid((4 + 0.5 * reach, 42, 88 + rng.uniform(-8, 6)), (72 - 0.5 * reach, rng.uniform(30, 41), 40), (0, -12, -6))
    tip = Ellipsoid((92, -12, 18 + low), (44, 69, 56))
    hilum = Tube(((48, 14, 44), (34, 8, 74), (8, 22, 72)), (15, 12, 8))
    behind = Tube(((26, -52, -30), (28, -52, 50), (24, -56, 96)), (34, 33, 26))  # room for muscle, fat and right kidney
    below = Ellipsoid((16, 6, 16), (42, 46, 42))  # and for the duodenum and the pancreas' head
    spine = Ellipsoid((2, -34, 162), (36, 54, 50))  # nothing of it between the lungs
    return Minus(Union((right, top, left, tip), blend=14), Union((hilum, behind, below, spine), blend=8))


# medulla within its cortex, which the arterial phase shows brighter
_KIDNEY = Tissue(by_phase((27, 34), (54, 76), (146, 160)), by_phase((30, 38), (160, 212), (181, 196)), 5.5, texture=6.0)

KIDNEYS = tuple(
    Part(f"kidney_{_NAMES[s]}", functools.partial(_kidney, s), _KIDNEY, gap=1.0, clip=3.0, shift=3.0, scale=0.03, surface=0.8)
    for s in SIDES
)
ADRENALS = tuple(
    Part(
        f"adrenal_gland_{_NAMES[s]}",
        _adrenal(s),
        Tissue(by_phase((15, 30), (58, 76), (72, 88)), texture=1),
        gap=0.5,
        shift=2.0,
        jitter=0.8,
    )
    for s in SIDES
)
PANCREAS = Part(
    "pancreas",
    _pancreas,
    solid("pancreas", share=(0.6, 0.95), texture=7, grain="fine"),
    gap=0.4,
    jitter=1.5,
    surface=1.6,
    group="pancreas",
)
GALL_BLADDER = Part(
    "gall_bladder",
    _gall_bladder,
    Tissue(within("gall_bladder", (0.2, 0.65)), by_phase((25, 35), (30, 45), (30, 45)), 1.5),
    gap=0.5,
    chance=0.88,
    shift=2.5,
)
SPLEEN = Part("spleen", _spleen, solid("spleen", share=(0.3, 0.8), mottle=16.0), gap=1.5, clip=4.0, shift=3.0, surface=0.8)
LIVER = Part("liver", _liver, solid("liver", share=(0.2, 0.85)), gap=1.2, clip=3.0, shift=2.5, scale=0.02, surface=1.0)
