"""Aorta, postcava and the vessels of the liver and bowel."""

import numpy as np

from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Shape, Tube, Union, Vector
from atlas_lab.data.phantom.tissue import Tissue, by_phase, solid, within


def _aorta(rng: np.random.Generator) -> Shape:
    """Winding and wide in some, slender in others; it divides in front of the fourth lumbar vertebra."""
    wide, sway = rng.uniform(1.0, 1.35), rng.uniform(-4, 4)
    radii = tuple(wide * r for r in (11.5, 11, 10.5, 9.8, 9.4, 9.0, 8.5))
    points = (
        (-10, -34, 225),
        (-7, -25, 175),
        (-8, -20, 120),
        (-9 - 0.5 * sway, -16, 90),
        (-7 + sway, -13, 60),
        (-4, -11, 20),
        (-3, -10, 0),
    )
    return Tube(points, radii)


def _postcava(rng: np.random.Generator) -> Shape:
    """Round in some, flat in others (how full it is), and within the heart at its upper end."""
    flat = rng.uniform(0.72, 1.0)
    points = ((10, 14, 178), (22, 0, 156), (25, -8, 118), (22, -14, 80), (20, -14, 40), (17, -14, -2))
    radii = (11.5, 11.5, 11.8, 11.4, 11, 10.5)
    return Tube(points, radii, stretch=(1.1 / flat**0.5, 0.95 * flat, 1))


def _hepatic_vessels(rng: np.random.Generator) -> Shape:
    stem: Vector = (42, 4, 112)  # beside the vena cava, where the veins meet
    r = rng.uniform(0.85, 1.1)

    def tube(points: tuple[Vector, ...], radii: tuple[float, ...]) -> Shape:
        return Tube(points, tuple(r * radius for radius in radii))

    veins = (
        tube((stem, (60, -10, 108), (84, -18, 94), (108, -22, 66)), (7, 6.2, 5.2, 3.5)),
        tube((stem, (48, 16, 108), (58, 32, 96), (74, 42, 66)), (7, 6.2, 5.2, 3.5)),
        tube((stem, (22, 24, 110), (-6, 38, 100), (-26, 48, 92)), (6.2, 5.6, 4.6, 3)),
    )
    gate: Vector = (40, 14, 84)
    portal = (
        tube((gate, (58, 8, 80), (78, -2, 74), (84, -18, 94)), (7.5, 6.8, 5.8, 5)),  # ends at the right vein: one tree
        tube(((68, 4, 78), (88, 22, 70), (106, 30, 58)), (5.5, 5, 3.5)),
        tube(((78, -2, 74), (92, -22, 54), (98, -34, 34)), (5.6, 4.8, 3.5)),
        tube((gate, (28, 30, 90), (6, 44, 92), (-6, 38, 100)), (6.6, 5.6, 4.6, 3.4)),
        tube(((68, 4, 78), (72, 14, 98), (76, 22, 114)), (5, 4.5, 3)),
    )
    return Union(veins + portal, blend=2)


AORTA = Part("aorta", _aorta, solid("aorta", share=(0.25, 0.95), texture=2), jitter=1.2, path=True)
POSTCAVA = Part(
    "postcava",
    _postcava,
    Tissue(
        by_phase((37, 48), (42, 57), (116, 142)),
        texture=4,
        grain="fine",
        stream=by_phase((0, 0), (45, 110), (2, 16)),
    ),
    jitter=1.2,
    scale=0.03,
    path=True,
)
CELIAC_TRUNK = Part(
    "celiac_trunk",
    Union(
        (
            Tube(((-8, -12, 104), (-6, 2, 106), (-3, 9, 106)), (4.8, 4.8, 4.7)),
            Tube(((-3, 9, 106), (0, 10, 105), (3, 12, 104)), (4.5, 4.4, 4.2)),
            Tube(((-3, 9, 106), (-6, 10, 105), (-8, 10, 104)), (4.5, 4.4, 4.2)),
        )
    ),
    solid("celiac_trunk", share=(0.85, 1.0)),
    shift=0.8,
)
PORTAL_VEIN = Part(
    "portal_vein_and_splenic_vein",
    Union(
        (
            Tube(((-76, -28, 86), (-52, -8, 78), (-28, 7, 72), (-6, 12.5, 66), (12, 13, 62)), (5.2, 5.7, 5.9, 6.2, 6.7)),
            Tube(((13, 13, 10), (13, 13, 40), (14, 12, 62), (26, 11, 76), (38, 13, 84)), (6.2, 6.8, 7.7, 7.7, 7.7)),
        ),
        blend=2,
    ),
    solid("portal_vein_and_splenic_vein", share=(0.6, 1.0), texture=2),
    jitter=1.2,
    scale=0.06,
    group="pancreas",
    path=True,
)
HEPATIC_VESSEL = Part(
    "hepatic_vessel",
    _hepatic_vessels,
    Tissue(within("hepatic_vessel", (0.55, 0.95)), texture=2),
    within="liver",
    jitter=2.0,
    path=True,
)
