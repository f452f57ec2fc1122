"""The 25 labelled structures, one row each, in order of precedence (canonical mm: x right, y front, z head).

A row says where a structure lies, what it is made of, how it meets its neighbours and how patients differ. HU come
from the anatomy table; sizes are tuned so that volumes fall into that table's ranges.
"""

from atlas_lab.data.phantom.body import HIP, SIDES
from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Ellipsoid, Minus, Plate, Shape, Tube, Union, Vector
from atlas_lab.data.phantom.tissue import Tissue, bone, hollow, solid, within

_NAMES = {1.0: "right", -1.0: "left"}
_KIDNEY_Z = {1.0: 52.0, -1.0: 62.0}  # the left kidney lies higher
_ADRENAL: dict[float, tuple[Vector, Vector, Vector, Vector]] = {
    1.0: ((27, -26, 112), (36, -52, 100), (24, -40, 94), (34, -30, 128)),
    -1.0: ((-33, -16, 104), (-40, -44, 100), (-27, -38, 92), (-36, -26, 124)),
}


def _kidney(s: float) -> Shape:
    z = _KIDNEY_Z[s]
    body = Tube(((s * 56, -50, z + 30), (s * 65, -46, z), (s * 70, -40, z - 30)), (24, 27.5, 24), stretch=(1.06, 0.92, 1))
    sinus = Tube(((s * 40, -34, z), (s * 58, -43, z)), (9, 10), stretch=(1, 0.9, 1.9))
    return Minus(body, sinus)


def _adrenal(s: float) -> Shape:
    apex, lateral, medial, top = _ADRENAL[s]
    return Union((Plate((apex, lateral, top), 5.9), Plate((apex, medial, top), 5.6)), blend=3)


def _duodenum() -> Shape:
    curve = (
        (31, 42, 50),
        (47, 30, 56),
        (56, 8, 46),
        (57, -2, 18),
        (48, -2, -6),
        (22, 6, -12),
        (-8, 8, -8),
        (-28, 6, 8),
        (-34, 14, 24),
    )
    return Tube(curve, (11, 12, 11.5, 11, 11, 10, 9.5, 10, 10), bulges=(1.5, 17))


def _intestine() -> Shape:
    loops: list[Vector] = [(-36, 22, 28), (-62, 14, 44), (-86, 12, 30), (-60, 30, 26), (-34, 44, 30), (-62, 40, 8), (-84, 22, 4)]
    for y, half, heights in ((34, 72, (4, -24, -48)), (60, 66, (-58, -32, -6))):
        for row, z in enumerate(heights):
            side = 1 if (row + (y > 50)) % 2 else -1
            for i in range(7):
                loops.append((side * half * (i / 3 - 1), y + (8 if i % 2 else -8), z + (7 if i % 2 else -7)))
    loops += [(30.0, 36, -66), (58.0, 30, -64), (76.0, 26, -56)]
    return Tube(tuple(loops), (11.5,) * len(loops), bulges=(1.4, 15))


def _colon() -> Shape:
    sigmoid = ((-4, -34, -52), (-14, -4, -36), (-24, 24, -60), (-54, 44, -66), (-80, 42, -46))
    descending = ((-99, 14, -16), (-107, -8, 14), (-108, -4, 42))
    transverse = ((-106, 16, 58), (-92, 46, 48), (-58, 68, 34), (0, 76, 10), (48, 74, 8), (82, 54, 10))
    ascending = ((98, 24, 4), (104, -4, -8), (103, 2, -26), (92, 34, -42), (80, 40, -58))
    radii = (15, 15, 15, 15, 15, 15, 16, 17, 19, 20, 21, 21, 21, 22, 23, 24, 25, 25, 18)
    return Tube((*sigmoid, *descending, *transverse, *ascending), radii, bulges=(5.0, 27))


def _liver() -> Shape:
    right = Ellipsoid((74, -8, 62), (70, 80, 68), (0, 18, 0))
    dome = Ellipsoid((66, 2, 86), (64, 76, 52))
    left = Ellipsoid((4, 42, 88), (72, 32, 32), (0, -12, -6))
    tip = Ellipsoid((92, -12, 18), (39, 62, 48))
    hilum = Tube(((48, 14, 44), (34, 8, 74), (8, 22, 72)), (15, 12, 8))
    return Minus(Union((right, dome, left, tip), blend=14), hilum)


def _hepatic_vessels() -> Shape:
    stem: Vector = (42, 4, 112)  # beside the vena cava, where the veins meet
    veins = (
        Tube((stem, (60, -10, 108), (84, -18, 94), (108, -22, 66)), (7, 6.2, 5.2, 3.5)),
        Tube((stem, (48, 16, 108), (58, 32, 96), (74, 42, 66)), (7, 6.2, 5.2, 3.5)),
        Tube((stem, (22, 24, 110), (-6, 38, 100), (-26, 48, 92)), (6.2, 5.6, 4.6, 3)),
    )
    gate: Vector = (40, 14, 84)
    portal = (
        Tube((gate, (58, 8, 80), (78, -2, 74), (84, -18, 94)), (7.5, 6.8, 5.8, 5)),  # ends at the right vein: one tree
        Tube(((68, 4, 78), (88, 22, 70), (106, 30, 58)), (5.5, 5, 3.5)),
        Tube(((78, -2, 74), (92, -22, 54), (98, -34, 34)), (5.6, 4.8, 3.5)),
        Tube((gate, (28, 30, 90), (6, 44, 92), (-6, 38, 100)), (6.6, 5.6, 4.6, 3.4)),
        Tube(((68, 4, 78), (72, 14, 98), (76, 22, 114)), (5, 4.5, 3)),
    )
    return Union(veins + portal, blend=2)


def _lung(s: float) -> Shape:
    outside = Ellipsoid((s * 68, -8, 165), (72, 102, 122))
    dome = Ellipsoid((68, 8, 66), (74, 92, 70)) if s > 0 else Ellipsoid((-70, 6, 60), (76, 96, 70))
    recess = Ellipsoid((s * 30, 60, 70), (90, 60, 74))
    mediastinum = Tube(((s * 8 - 6, -30, 80), (s * 8 - 6, -10, 200)), (24, 24), stretch=(1, 2.2, 1))
    return Minus(outside, Union((dome, recess, mediastinum), blend=8))


# medulla within its brighter cortex
_KIDNEY = Tissue(within("kidney_left", (0.13, 0.33)), within("kidney_left", (0.7, 0.93)), 7.0, texture=7.0)
_HIP_HEADS = tuple(
    Part(
        f"femur_{_NAMES[s]}",
        Ellipsoid((s * HIP[0], HIP[1], HIP[2]), (23.3, 23.3, 23.3)),
        bone((190, 230), (440, 560), 1.8),
        scale=0.02,
    )
    for s in SIDES
)

ORGANS: tuple[Part, ...] = (
    *_HIP_HEADS,
    Part(
        "aorta",
        Tube(((-7, -22, 175), (-8, -20, 120), (-7, -14, 60), (-4, -11, 20), (-3, -10, 0)), (11, 10.5, 9.5, 9, 8.5)),
        solid("aorta", share=(0.4, 0.95), texture=2),
        jitter=0.8,
        scale=0.05,
    ),
    Part(
        "postcava",
        Tube(
            ((24, -2, 175), (25, -8, 118), (22, -14, 80), (20, -14, 40), (17, -14, -2)),
            (12, 12, 11.5, 11, 10.5),
            stretch=(1.1, 0.9, 1),
        ),
        solid("postcava", share=(0.5, 0.95), texture=4),
        jitter=0.8,
        scale=0.05,
    ),
    Part(
        "celiac_trunk",
        Union(
            (
                Tube(((-7, -12, 104), (-5, 2, 106), (-3, 9, 106)), (5, 5, 4.9)),
                Tube(((-3, 9, 106), (0, 10, 105), (3, 12, 104)), (4.5, 4.4, 4.2)),
                Tube(((-3, 9, 106), (-6, 10, 105), (-8, 10, 104)), (4.5, 4.4, 4.2)),
            )
        ),
        solid("celiac_trunk", share=(0.96, 1.0)),
    ),
    Part(
        "portal_vein_and_splenic_vein",
        Union(
            (
                Tube(((-76, -28, 86), (-52, -10, 78), (-28, 2, 72), (-6, 7, 66), (12, 10, 62)), (4.5, 5, 5.2, 5.5, 6)),
                Tube(((13, 12, 10), (13, 11, 40), (14, 10, 62), (26, 10, 76), (38, 13, 84)), (5.5, 6, 7, 7, 7)),
            ),
            blend=2,
        ),
        solid("portal_vein_and_splenic_vein", share=(0.7, 1.0), texture=2),
        jitter=0.8,
        scale=0.05,
    ),
    *(Part(f"kidney_{_NAMES[s]}", _kidney(s), _KIDNEY, gap=1.0, clip=3.0, shift=2.5, scale=0.04, surface=0.5) for s in SIDES),
    *(
        Part(
            f"adrenal_gland_{_NAMES[s]}",
            _adrenal(s),
            solid("adrenal_gland_left", share=(0.94, 1.0), texture=1),
            gap=0.5,
            shift=0.8,
        )
        for s in SIDES
    ),
    Part(
        "esophagus",
        Tube(((-6, 4, 175), (-8, 2, 140), (-16, 8, 122), (-26, 12, 114)), (10.5, 10.5, 11, 11.5)),
        hollow("esophagus", 7.0, (78, 86)),
        jitter=0.8,
    ),
    *(Part(f"lung_{_NAMES[s]}", _lung(s), solid("lung_left", share=(0.0, 0.2), texture=28.0), clip=4.0, gap=1.0) for s in SIDES),
    Part("duodenum", _duodenum(), hollow("duodenum", 3.0, (10, 30), gas=(42, 50)), gap=0.5, jitter=1.2, shift=1.0),
    Part(
        "pancreas",
        Union(
            (
                Tube(
                    ((37, 4, 22), (36, 10, 44), (22, 20, 60), (0, 22, 70), (-28, 14, 78), (-58, -6, 84), (-76, -20, 88)),
                    (14, 16, 12, 11.5, 11.5, 11, 9),
                ),
                Ellipsoid((30, 4, 34), (15, 13, 19)),
            ),
            blend=4,
        ),
        solid("pancreas", share=(0.7, 0.95), texture=7, grain="fine"),
        gap=0.4,
        jitter=1.0,
        surface=1.0,
        scale=0.04,
    ),
    Part(
        "gall_bladder",
        Tube(((74, 50, 22), (64, 42, 32), (52, 28, 48), (44, 20, 58)), (14, 14.5, 10, 5)),
        Tissue(within("gall_bladder", (0.3, 0.8)), (30, 45), 1.5),
        gap=0.5,
        chance=0.9,
        shift=1.5,
        scale=0.1,
    ),
    Part(
        "prostate",
        Ellipsoid((0, 4, -117), (23, 17, 16)),
        solid("prostate", share=(0.5, 0.85), texture=6),
        sex="M",
        shift=1.0,
        scale=0.08,
    ),
    Part(
        "bladder",
        Union((Ellipsoid((0, 24, -78), (38, 32, 27)), Ellipsoid((0, 14, -92), (24, 22, 14))), blend=8),
        Tissue(within("bladder", (0.13, 0.66)), (35, 50), 2.5),
        gap=0.5,
        clip=2.0,
        shift=2.0,
        scale=0.14,
    ),
    Part(
        "rectum",
        Tube(
            ((-6, -46, -58), (2, -60, -82), (0, -52, -102), (0, -42, -118), (0, -36, -129)), (16, 19, 19, 17, 11), bulges=(2, 30)
        ),
        hollow("rectum", 3.5, (10, 30), gas=(-46, -38), stool=True),
        gap=1.0,
        jitter=1.0,
        scale=0.04,
    ),
    Part(
        "spleen",
        Minus(Ellipsoid((-98, -46, 84), (42, 50, 58), (16, 0, 22)), Ellipsoid((-47, 6, 92), (32, 40, 40))),
        solid("spleen", share=(0.4, 0.8)),
        gap=1.5,
        clip=4.0,
        shift=2.0,
        scale=0.06,
        surface=0.5,
    ),
    Part(
        "stomach",
        Tube(
            (
                (-32, 8, 112),
                (-56, -2, 116),
                (-68, 14, 100),
                (-66, 38, 78),
                (-44, 56, 60),
                (-12, 58, 54),
                (14, 50, 52),
                (26, 45, 50),
            ),
            (17, 29, 31, 27, 23, 19, 14, 10),
        ),
        hollow("stomach", 4.0, (8, 35), gas=(34, 52)),
        gap=0.8,
        clip=3.0,
        jitter=2.0,
        surface=1.2,
    ),
    Part("colon", _colon(), hollow("colon", 3.0, (10, 40), gas=(22, 58), wave=22.0, stool=True), gap=1.2, clip=2.0, jitter=3.0),
    Part("liver", _liver(), solid("liver", texture=3), gap=1.2, clip=4.0, shift=2.0, scale=0.04, surface=0.8),
    Part("intestine", _intestine(), hollow("intestine", 2.8, (12, 32), gas=(72, 86), wave=10.0), gap=1.5, clip=2.0, jitter=5.0),
    Part("hepatic_vessel", _hepatic_vessels(), solid("hepatic_vessel", share=(0.6, 0.95), texture=2), within="liver", jitter=1.2),
)
