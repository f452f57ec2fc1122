"""The parts of the body that carry no label: skeleton, muscles, large vessels of the wall, heart (canonical mm)."""

import math

from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Cut, Drum, Ellipsoid, Minus, Plate, Shape, Tube, Union, Vector
from atlas_lab.data.phantom.tissue import Tissue, always, bone, soft

SIDES = (1.0, -1.0)  # the patient's right and left: x grows to the right
HIP: Vector = (90.0, 0.0, -108.0)

# vertebral bodies T9 to L5: height z of the centre, y of the centre, tilt in degrees
VERTEBRAE = (
    (216.0, -63.0, 8.0),
    (185.0, -60.0, 7.0),
    (154.0, -57.0, 6.0),
    (123.0, -53.0, 5.0),
    (92.0, -49.0, 3.0),
    (61.0, -45.0, 1.0),
    (30.0, -41.0, -3.0),
    (-1.0, -39.0, -6.0),
    (-31.0, -41.0, -13.0),
)
# ribs 12 to 7: height at the spine, how far they descend, and the angle (0 = side, 90 = front) where the bone ends
RIBS = (
    (132.0, 50.0, -25.0),
    (163.0, 85.0, -2.0),
    (192.0, 108.0, 28.0),
    (222.0, 120.0, 42.0),
    (252.0, 126.0, 50.0),
    (282.0, 132.0, 56.0),
)


def _vertebra(z: float, y: float, tilt: float) -> tuple[Shape, ...]:
    lamina = Tube(
        ((-13, y - 11, z + 2), (-14, y - 24, z - 2), (0, y - 37, z - 8), (14, y - 24, z - 2), (13, y - 11, z + 2)), (4.5,) * 5
    )
    spinous = Tube(((0, y - 37, z - 8), (0, y - 58, z - 15)), (3.6, 4.2), stretch=(1, 1, 1.8))
    across = Tube(((-42, y - 28, z), (-16, y - 23, z), (16, y - 23, z), (42, y - 28, z)), (2.8, 4.5, 4.5, 2.8))
    facets = tuple(Ellipsoid((s * 17, y - 27, z - 13), (6.5, 6, 9)) for s in SIDES)
    canal = Tube(((0, y - 25, z - 30), (0, y - 25, z + 30)), (9, 9), stretch=(1.2, 0.9, 1))
    return Drum((0, y, z), (23, 17), 12.0, tilt), Minus(Union((lamina, across, *facets), blend=3), canal), spinous


def _ilium(s: float) -> Shape:
    spine_front, crest, crest_back, spine_back = (s * 120, 42, -46), (s * 124, 0, -6), (s * 97, -60, -10), (s * 44, -80, -48)
    joint, roof, lower_front, notch = (s * 50, -62, -80), (s * 84, 6, -82), (s * 100, 32, -74), (s * 62, -40, -88)
    wing = (
        Plate((spine_front, crest, roof), 8.5),
        Plate((crest, crest_back, roof), 7.5),
        Plate((crest_back, notch, roof), 9),
        Plate((crest_back, spine_back, notch), 12),
        Plate((spine_back, joint, notch), 13),
        Plate((spine_front, lower_front, roof), 10),
    )
    return Union(wing, blend=5)


def _hip_socket(s: float) -> Shape:
    x, y, z = HIP
    cup = Minus(Ellipsoid((s * x, y, z), (34, 34, 34)), Ellipsoid((s * x, y, z), (26.5, 26.5, 26.5)))
    column = Tube(((s * 70, -38, -86), (s * 84, -28, -112), (s * 74, -40, -150)), (9, 11, 13))
    pubis = Tube(((s * 74, 26, -96), (s * 44, 42, -116), (s * 8, 44, -128)), (10, 8, 8), stretch=(1, 1, 1.3))
    socket = Cut(cup, (s * (x + 3), y + 1, z - 3), (s * 0.8, 0.2, -0.55))
    return Minus(Union((socket, column, pubis), blend=4), Ellipsoid((s * x, y, z), (26, 26, 26)))


def _femur_neck(s: float) -> Shape:
    x, y, z = HIP
    return Union(
        (
            Tube(((s * (x + 4), y - 2, z - 6), (s * 128, -14, -128)), (15, 14)),
            Ellipsoid((s * 138, -18, -130), (17, 19, 24)),
            Tube(((s * 136, -12, -130), (s * 134, -8, -215)), (16, 15)),
        ),
        blend=6,
    )


def _rib(s: float, height: float, drop: float, end: float) -> Shape:
    angles = [-72 + (end + 72) * i / 7 for i in range(8)]
    points = tuple(
        (s * 131 * math.cos(math.radians(a)), (88 if a > 0 else 90) * math.sin(math.radians(a)), height - drop * (i / 7))
        for i, a in enumerate(angles)
    )
    return Tube(((s * 24, -76, height - 1), *points), (4.2,) + (3.8,) * 8, stretch=(1, 1, 1.6))


def _column(s: float) -> Shape:
    return Tube(
        ((s * 34, -86, 225), (s * 36, -85, 60), (s * 34, -84, -10), (s * 24, -92, -75)), (22, 23, 23, 12), stretch=(1.25, 0.8, 1)
    )


def _psoas(s: float) -> Shape:
    return Tube(
        (
            (s * 27, -44, 100),
            (s * 37, -42, 45),
            (s * 43, -36, 0),
            (s * 50, -18, -40),
            (s * 66, 20, -82),
            (s * 82, 34, -118),
            (s * 100, 14, -190),
        ),
        (8, 14, 19, 20, 18, 16, 16),
        stretch=(0.9, 1.1, 1),
    )


MUSCLE = soft(56, 73, 6.0, plain=(46, 59), arterial=(50, 64))
ARTERY = soft(142, 186, 3.0, plain=(36, 49), arterial=(255, 390))
VEIN = soft(115, 155, 3.0, plain=(36, 49), arterial=(42, 60))
RENAL_VEIN = soft(130, 160, 3.0, plain=(36, 49), arterial=(110, 150))
PORTAL_VEIN = soft(142, 185, 3.0, plain=(36, 49), arterial=(62, 115))
LUNG_VESSEL = soft(115, 160, 3.0, plain=(36, 49), arterial=(150, 240))
URINE = Tissue(always(0, 15))
SACRUM = Tube(
    ((0, -50, -58), (0, -66, -78), (0, -84, -102), (0, -86, -122), (0, -74, -140)), (16, 15, 9, 5, 3), stretch=(2.7, 1, 1)
)

# before the organs: nothing moves them aside
FRAME: tuple[Part, ...] = (
    Part(
        "spinal_canal",
        Tube((*((0.0, y - 25, z) for z, y, _ in VERTEBRAE), (0, -66, -62), (0, -84, -84)), (7,) * 11),
        soft(22, 34),
    ),
    Part("spine", Union(tuple(shape for level in VERTEBRAE for shape in _vertebra(*level))), bone(shell_mm=1.6), surface=0.4),
    Part(
        "discs",
        Tube((*((0.0, y, z) for z, y, _ in VERTEBRAE), (0, -46, -52)), (14.5,) * 10, stretch=(1.4, 1, 1)),
        soft(75, 95),
    ),
    *(Part(f"ilium {s:+.0f}", _ilium(s), bone(shell_mm=2.2)) for s in SIDES),
    *(Part(f"hip_socket {s:+.0f}", _hip_socket(s), bone(shell_mm=2.5)) for s in SIDES),
    Part("sacrum", SACRUM, bone(shell_mm=1.5), gap=1.5, surface=0.8),
    *(Part(f"rib {i} {s:+.0f}", _rib(s, *rib), bone(shell_mm=1.8), shift=0.7) for i, rib in enumerate(RIBS) for s in SIDES),
    *(
        Part(
            f"cartilage {s:+.0f}",
            Tube(((s * 108, 48, 84), (s * 78, 70, 104), (s * 36, 84, 130), (s * 14, 86, 160)), (5, 6, 6, 6)),
            soft(90, 130),
        )
        for s in SIDES
    ),
    *(Part(f"erector {s:+.0f}", _column(s), MUSCLE) for s in SIDES),
    *(
        Part(
            f"quadratus {s:+.0f}",
            Tube(((s * 52, -70, 95), (s * 68, -70, 45), (s * 80, -66, -8)), (7, 9, 9), stretch=(1.7, 1, 1)),
            MUSCLE,
        )
        for s in SIDES
    ),
    *(Part(f"psoas {s:+.0f}", _psoas(s), MUSCLE, jitter=1.0) for s in SIDES),
    *(
        Part(
            f"iliacus {s:+.0f}",
            Tube(((s * 108, -4, -22), (s * 98, 2, -50), (s * 82, 14, -82)), (7, 11, 14), stretch=(1, 1.5, 1)),
            MUSCLE,
        )
        for s in SIDES
    ),
    *(
        Part(
            f"crus {s:+.0f}",
            Tube(((s * 14 - 4, -20, 150), (s * 15 - 4, -22, 110), (s * 11 - 3, -22, 55)), (6, 6, 3.5)),
            MUSCLE,
            gap=0.5,
        )
        for s in SIDES
    ),
    Part(
        "heart",
        Ellipsoid((-20, 50, 188), (62, 40, 54), (0, -12, 20)),
        soft(120, 145, 6.0, plain=(36, 48), arterial=(150, 260)),
        shift=2.0,
    ),
    Part(
        "superior_mesenteric_artery",
        Tube(((-5, -6, 90), (-4, 0, 78), (-2, 1, 66), (0, 7, 40), (6, 26, 6)), (3.6, 3.4, 3.3, 3.2, 2.4)),
        ARTERY,
        group="pancreas",
    ),
)


def _mesentery() -> Shape:
    ends = (
        (-60, 52, 10),
        (-40, 66, -24),
        (-8, 70, -40),
        (24, 66, -42),
        (52, 60, -36),
        (70, 46, -16),
        (62, 58, 14),
        (-62, 34, -30),
    )
    return Union(
        tuple(Tube(((4.0, 22, 14), (0.4 * x, 0.6 * y + 12, 0.5 * z + 6), (x, y, z)), (2.2, 1.8, 1.3)) for x, y, z in ends)
    )


def _iliac_vessel(s: float, *, arterial: bool) -> Shape:
    artery = Tube(
        ((s * 8 - 2, -10, -4), (s * 26, -6, -40), (s * 46, 18, -88), (s * 54, 44, -128), (s * 64, 40, -205)),
        (5.5, 5, 4.5, 4.5, 4.5),
    )
    vein = Tube(
        ((s * 6 + 12, -14, -6), (s * 22, -16, -42), (s * 42, 10, -90), (s * 44, 38, -128), (s * 54, 34, -205)),
        (7, 6, 5.5, 5.5, 5.5),
    )
    return artery if arterial else vein


def _lung_vessels(s: float) -> Shape:
    ends = (
        (108, 20, 118),
        (112, -20, 108),
        (104, -50, 100),
        (80, -66, 92),
        (54, -66, 96),
        (84, 40, 128),
        (60, -40, 112),
        (92, 0, 130),
    )
    return Union(
        tuple(
            Tube(((s * 38, -8, 168), (s * (0.5 * x + 22), 0.5 * y - 6, 0.5 * z + 80), (s * x, y, z)), (4, 2.4, 1.2))
            for x, y, z in ends
        )
    )


# after the organs: they take what room is left
FILLING: tuple[Part, ...] = (
    *(Part(f"femur_neck {s:+.0f}", _femur_neck(s), bone(shell_mm=3.0)) for s in SIDES),
    *(Part(f"iliac_artery {s:+.0f}", _iliac_vessel(s, arterial=True), ARTERY) for s in SIDES),
    *(Part(f"iliac_vein {s:+.0f}", _iliac_vessel(s, arterial=False), VEIN) for s in SIDES),
    *(
        Part(f"lung_vessels {s:+.0f}", _lung_vessels(s), LUNG_VESSEL, within=f"lung_{side}", jitter=4.0)
        for side, s in (("right", 1.0), ("left", -1.0))
    ),
    Part("renal_vein_right", Tube(((22, -14, 66), (38, -24, 62), (50, -34, 56)), (5, 5, 6)), RENAL_VEIN),
    Part("renal_vein_left", Tube(((14, -4, 72), (-8, 0, 74), (-28, -10, 70), (-50, -34, 64)), (4.5, 4, 5, 6)), RENAL_VEIN),
    Part("renal_pelvis_right", Ellipsoid((56, -42, 52), (8, 7, 13)), URINE),
    Part("renal_pelvis_left", Ellipsoid((-56, -42, 60), (8, 7, 13)), URINE),
    Part(
        "uterus",
        Ellipsoid((0, -19, -82), (24, 14, 26), (15, 0, 0)),
        soft(85, 115, 8.0, plain=(42, 55), arterial=(60, 90)),
        gap=1.0,
        sex="F",
        shift=5.0,
        scale=0.12,
    ),
    Part(
        "vagina",
        Ellipsoid((0, -13, -118), (17, 7, 20)),
        soft(70, 95, plain=(38, 50), arterial=(55, 75)),
        gap=0.5,
        sex="F",
        shift=1.0,
    ),
    *(
        Part(
            f"levator {s:+.0f}",
            Tube(((s * 42, -2, -98), (s * 28, -22, -118), (s * 14, -44, -136)), (3, 3.5, 4), stretch=(1, 2.6, 1)),
            MUSCLE,
        )
        for s in SIDES
    ),
    Part("mesentery", _mesentery(), PORTAL_VEIN, jitter=6.0, group="pancreas"),
)
