"""Lesions of a patient: how many, where, how large, and how much they differ from their organ.

Contrasts (lesion minus organ, HU, portal phase; facts: typical values): hypovascular liver metastasis -30..-70,
pancreatic ductal adenocarcinoma -10..-40, renal cell carcinoma -50..-120; simple cysts hold 0..20 HU of fluid.
"""

from dataclasses import dataclass

import numpy as np

from atlas_lab.data.phantom.shapes import Ellipsoid, Shape, Union, Vector
from atlas_lab.data.phantom.tissue import Tissue

Range = tuple[float, float]


@dataclass(frozen=True)
class LesionKind:
    """One row of the table: which lesion, how often, how many, diameter (mm) and HU.

    `sites` are (organ, centre, reach): the canonical box in which centres are drawn.
    `hu` is relative to the organ, or absolute where the lesion holds `fluid`; `lobes` spheres join into one outline.
    """

    name: str
    chance: float
    count: tuple[int, int]
    diameter_mm: Range
    lobes: tuple[int, int]
    sites: tuple[tuple[str, Vector, Vector], ...]
    hu: Range
    fluid: bool = False


_KIDNEYS = (
    ("kidney_right", (74.0, -46.0, 50.0), (4.0, 6.0, 26.0)),
    ("kidney_left", (-74.0, -46.0, 60.0), (4.0, 6.0, 26.0)),
)
LESIONS: tuple[LesionKind, ...] = (
    LesionKind("liver_tumor", 0.5, (1, 4), (10, 42), (3, 6),
               (("liver", (86, 10, 66), (22, 26, 34)), ("liver", (78, -14, 98), (24, 22, 8)), ("liver", (6, 44, 88), (30, 8, 8))),
               (-70, -30)),
    LesionKind("pancreas_tumor", 0.25, (1, 1), (14, 30), (3, 5),
               (("pancreas", (34, 7, 38), (3, 3, 10)), ("pancreas", (-14, 18, 74), (18, 2, 2))), (-40, -14)),
    LesionKind("kidney_tumor", 0.25, (1, 1), (16, 44), (3, 6), _KIDNEYS, (-120, -50)),
    LesionKind("kidney_cyst", 0.35, (1, 2), (10, 32), (1, 1), _KIDNEYS, (0, 20), fluid=True),
)  # fmt: skip


@dataclass(frozen=True)
class Lesion:
    """One lesion of one patient; `diameter_mm` is nominal, `center` canonical mm, `hu` absolute."""

    kind: str
    organ: str
    shape: Shape
    tissue: Tissue
    center: Vector
    diameter_mm: float
    contrast: float


def drawn_lesions(rng: np.random.Generator, organ_hu: dict[str, float]) -> list[Lesion]:
    """A patient's lesions, none in some patients. `organ_hu` gives the HU of each organ that may carry one."""
    lesions: list[Lesion] = []
    for kind in LESIONS:
        ill = rng.random() < kind.chance
        for _ in range(int(rng.integers(kind.count[0], kind.count[1] + 1))):
            lesion = _drawn(rng, kind, organ_hu)
            if ill and not any(_touch(lesion, other) for other in lesions):
                lesions.append(lesion)
    return lesions


def _drawn(rng: np.random.Generator, kind: LesionKind, organ_hu: dict[str, float]) -> Lesion:
    organ, middle, reach = kind.sites[int(rng.integers(len(kind.sites)))]
    x, y, z = np.array(middle) + np.array(reach) * rng.uniform(-1, 1, 3)
    center = (float(x), float(y), float(z))
    small, large = kind.diameter_mm
    diameter = float(small * (large / small) ** rng.uniform())
    base = 0.0 if kind.fluid else organ_hu[organ]
    hu = base + float(rng.uniform(*kind.hu))
    shape = _lobulated(rng, center, diameter / 2, int(rng.integers(kind.lobes[0], kind.lobes[1] + 1)))
    tissue = Tissue((hu, hu), texture=1.0 if kind.fluid else 5.0, grain="fine")
    return Lesion(kind.name, organ, shape, tissue, center, diameter, hu - organ_hu[organ])


def _lobulated(rng: np.random.Generator, center: Vector, radius: float, lobes: int) -> Shape:
    """Spheres around a centre joined smoothly, about as large as one sphere of `radius`; one lobe is that sphere."""
    if lobes == 1:
        return Ellipsoid(center, (radius, radius, radius))
    parts = [Ellipsoid(center, (0.8 * radius, 0.75 * radius, 0.78 * radius))]
    for direction in rng.standard_normal((lobes, 3)):
        x, y, z = np.array(center) + 0.45 * radius * direction / np.linalg.norm(direction)
        r = radius * float(rng.uniform(0.5, 0.65))
        parts.append(Ellipsoid((float(x), float(y), float(z)), (r, r, r)))
    return Union(tuple(parts), blend=0.4 * radius)


def _touch(a: Lesion, b: Lesion) -> bool:
    distance = float(np.linalg.norm(np.subtract(a.center, b.center)))
    return a.organ == b.organ and distance < 0.6 * (a.diameter_mm + b.diameter_mm) + 2
