"""The parts of the body that carry no label: skeleton, muscles, large vessels of the wall, heart (canonical mm)."""

from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import Cut, Drum, Ellipsoid, Minus, Plate, Shape, Tube, Union, Vector
from atlas_lab.data.phantom.tissue import Tissue, bone, soft

SIDES = (1.0, -1.0)  # the patient's right and left: x grows to the right
HIP: Vector = (90.0, 0.0, -108.0)

# vertebral bodies T11 to L5: height z of the centre, y of the centre, tilt in degrees
VERTEBRAE = ((154.0, -57.0, 6.0), (123.0, -53.0, 5.0), (92.0, -49.0, 3.0), (61.0, -45.0, 1.0), (30.0, -41.0, -3.0),
             (-1.0, -39.0, -6.0), (-31.0, -41.0, -13.0))  # fmt: skip
# ribs 12 to 7: height at the spine, how far they descend, and the angle (0 = side, 90 = front) where the bone ends
RIBS = ((132.0, 50.0, -25.0), (163.0, 85.0, -2.0), (192.0, 108.0, 28.0), (222.0, 120.0, 42.0), (252.0, 126.0, 50.0),
        (282.0, 132.0, 56.0))  # fmt: skip


def _vertebra(z: float, y: float, tilt: float) -> tuple[Shape, ...]:
    lamina = Tube(((-13, y - 11, z + 2), (-14, y - 24, z - 2), (0, y - 37, z - 8), (14, y - 24, z - 2), (13, y - 11, z + 2)), (4.5,) * 5)
    spinous = Tube(((0, y - 37, z - 8), (0, y - 58, z - 15)), (3.6, 4.2), stretch=(1, 1, 1.8))
    across = Tube(((-42, y - 28, z), (-16, y - 23, z), (16, y - 23, z), (42, y - 28, z)), (2.8, 4.5, 4.5, 2.8))
    facets = tuple(Ellipsoid((s * 17, y - 27, z - 13), (6.5, 6, 9)) for s in SIDES)
    canal = Tube(((0, y - 25, z - 30), (0, y - 25, z + 30)), (9, 9), stretch=(1.2, 0.9, 1))
    return Drum((0, y, z), (23, 17), 12.0, tilt), Minus(Union((lamina, across, *facets), blend=3), canal), spinous


def _ilium(s: float) -> Shape:
    spine_front, crest, crest_back, spine_back = (s * 120, 42, -46), (s * 124, 0, -6), (s * 88, -46, -8), (s * 44, -80, -48)
    joint, roof, lower_front, notch = (s * 50, -62, -80), (s * 84, 6, -82), (s * 100, 32, -74), (s * 62, -40, -88)
    wing = (
        Plate((spine_front, crest, roof), 8.5), Plate((crest, crest_back, roof), 7.5), Plate((crest_back, notch, roof), 9),
        Plate((crest_back, spine_back, notch), 12), Plate((spine_back, joint, notch), 13), Plate((spine_front, lower_front, roof), 10),
    )  # fmt: skip
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
    return Union((Tube(((s * (x + 4), y - 2, z - 6), (s * 128, -14, -128)), (15, 14)), Ellipsoid((s * 138, -18, -130), (17, 19, 24)),
                  Tube(((s * 136, -12, -130), (s * 134, -8, -170)), (16, 15))), blend=6)  # fmt: skip


def _rib(s: float, height: float, drop: float, end: float) -> Shape:
    import math

    angles = [-72 + (end + 72) * i / 7 for i in range(8)]
    points = tuple(
        (s * 131 * math.cos(math.radians(a)), (88 if a > 0 else 90) * math.sin(math.radians(a)), height - drop * (i / 7))
        for i, a in enumerate(angles)
    )
    return Tube(((s * 24, -76, height - 1), *points), (4.2,) + (3.8,) * 8, stretch=(1, 1, 1.6))


def _both(name: str, shape_of_side: "object", tissue: Tissue, **how: float) -> tuple[Part, ...]:
    return ()
