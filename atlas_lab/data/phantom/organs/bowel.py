"""Duodenum, small bowel, colon and rectum."""

import numpy as np

from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Shape, Tube, Vector
from atlas_lab.data.phantom.tissue import hollow

COLLAPSED_MM = 7.5


def _duodenum(rng: np.random.Generator) -> Shape:
    low, r = rng.uniform(-10, 6), rng.uniform(0.88, 1.02)
    curve = (
        (31, 42, 50),
        (47, 30, 56),
        (56, 8, 46),
        (57, -2, 18 + 0.5 * low),
        (48, -2, -6 + low),
        (22, 6, -12 + low),
        (-8, 8, -8 + low),
        (-28, 6, 8),
        (-34, 14, 24),
    )
    return Tube(curve, tuple(r * radius for radius in (11, 12, 11.5, 11, 11, 10, 9.5, 10, 10)), bulges=(1.5, 17))


def _intestine(rng: np.random.Generator) -> Shape:
    """One long tube in random loops: first the jejunum under the stomach, then two layers of ileum, then the cecum."""
    loops: list[Vector] = [(-36, 22, 28), (-62, 14, 44), (-86, 12, 30), (-60, 30, 26), (-34, 44, 30), (-62, 40, 8), (-84, 22, 4)]
    first = 1 if rng.random() < 0.5 else -1
    for y, half, heights in ((34, 72, (4, -24, -48)), (60, 66, (-58, -32, -6))):
        for row, z in enumerate(heights):
            side = first * (1 if (row + (y > 50)) % 2 else -1)
            count = int(rng.integers(6, 9))
            up, front = rng.uniform(4, 11), rng.uniform(5, 12)
            for i in range(count):
                wave = 1 if i % 2 else -1
                loops.append((side * half * (2 * i / (count - 1) - 1), y + wave * front, z + wave * up))
    loops += [(30.0, 36, -66), (58.0, 30, -64), (76.0, 26, -56)]
    moved = [(x + a, y + b, z + c) for (x, y, z), (a, b, c) in zip(loops, rng.normal(0, (9, 6, 8), (len(loops), 3)), strict=True)]
    radii = rng.uniform(1.07, 1.3) * np.clip(rng.normal(12, 2.2, len(moved)), 8, 16)
    return Tube(tuple((float(x), float(y), float(z)) for x, y, z in moved), tuple(float(r) for r in radii), bulges=(1.4, 15))


def _colon(rng: np.random.Generator) -> Shape:
    """The transverse part straight or sagging to the pelvis, the sigmoid short or looping, the descending part often empty."""
    sag, loop, flexure, cecum = rng.uniform(-16, 62), rng.uniform(-16, 40), rng.uniform(-12, 12), rng.uniform(-14, 14)
    side = rng.uniform(-18, 30)
    sigmoid = (
        (-4, -34, -52),
        (-14 + 0.6 * side, -4, -36 + 0.5 * loop),
        (-24 + side, 24, -60 + loop),
        (-54, 44, -66 + 0.6 * loop),
        (-80, 42, -46),
    )
    descending = ((-99, 14, -16), (-107, -8, 14), (-108, -4, 42 + flexure))
    transverse = (
        (-106, 16, 58 + flexure),
        (-92, 46, 48 + flexure - 0.2 * sag),
        (-58, 68, 34 - 0.7 * sag),
        (0, 76, 10 - sag),
        (48, 74, 8 - 0.8 * sag),
        (82, 54, 10 - 0.3 * sag),
    )
    ascending = ((98, 24, 4 + 0.5 * flexure), (104, -4, -8), (103, 2, -26), (92, 34, -42 + cecum), (80, 40, -58 + cecum))
    radii = np.array([15, 15, 15, 15, 15, 15, 16, 17, 19, 20, 21, 21, 21, 22, 23, 24, 25, 25, 18]) * rng.uniform(1.12, 1.22)
    if rng.random() < 0.45:
        radii[4:8] = COLLAPSED_MM + 2
    if rng.random() < 0.3:
        radii[1:4] = COLLAPSED_MM + 1
    return Tube((*sigmoid, *descending, *transverse, *ascending), tuple(float(r) for r in radii), bulges=(5.0, 27))


def _rectum(rng: np.random.Generator) -> Shape:
    full, x = rng.uniform(0.96, 1.18), rng.uniform(-5, 5)
    points = ((-6, -46, -58), (2 + x, -60, -82), (x, -52, -102), (0, -42, -118), (0, -36, -129))
    return Tube(points, (16 * full, 19 * full, 19 * full, 17 * full, 11.0), bulges=(2, 30))


DUODENUM = Part(
    "duodenum",
    _duodenum,
    hollow("duodenum", 3.0, (10, 30), gas=(40, 60)),
    gap=0.5,
    jitter=1.5,
    shift=1.0,
    group="pancreas",
    path=True,
)
INTESTINE = Part(
    "intestine", _intestine, hollow("intestine", 2.8, (12, 32), gas=(68, 90), wave=12.0), gap=1.5, clip=2.0, path=True
)
COLON = Part(
    "colon", _colon, hollow("colon", 3.0, (10, 40), gas=(15, 65), wave=22.0, stool=True), gap=1.2, clip=2.0, jitter=3.0, path=True
)
RECTUM = Part(
    "rectum",
    _rectum,
    hollow("rectum", 3.5, (10, 30), gas=(-50, -34), stool=True),
    gap=1.0,
    jitter=1.5,
    group="pelvis",
)
