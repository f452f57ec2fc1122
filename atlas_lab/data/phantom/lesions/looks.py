"""Two ways to draw a lesion's look, as its type is known to be or as every early tumour, and its form."""

from collections.abc import Callable

import numpy as np

from atlas_lab.data.phantom.lesions.blob import Blob
from atlas_lab.data.phantom.lesions.kinds import LesionKind
from atlas_lab.data.phantom.lesions.look import Look
from atlas_lab.data.phantom.lesions.statistics import drawn_form
from atlas_lab.data.phantom.shapes import Vector
from atlas_lab.data.phantom.space import rotation
from atlas_lab.data.phantom.tissue import Levels, between

LOBES = 9
# measured on blobs of 45 mm on voxels of 0.78 x 0.78 x 5 mm: the lobes' height over the radius at which the share of the
# convex hull that stays empty is as given, and how much of the middle and the short axis a height of 1 takes away
HEIGHT_OF_LOBULATION = ((0.0, 0.13, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.52), (0.0, 0.0, 0.3, 0.72, 1.1, 1.5, 2.0, 2.9, 6.0))
AXIS_LOSS = (0.13, 0.23)


def real_look(kind: LesionKind, organ_hu: float, phase: str, rng: np.random.Generator) -> Look:
    """A lesion of its type, in its phase; its form is that of expert masks."""
    u = rng.random(6)
    elongation, flatness, lobulation = (1.0, 1.0, 0.0) if kind.smooth else drawn_form(rng)
    if kind.smooth:
        elongation, flatness = sorted(rng.uniform(0.85, 1.0, 2), reverse=True)
    contrast = between(kind.contrast[phase], u[0]) - (organ_hu if kind.absolute else 0.0)
    return Look(
        contrast=contrast,
        edge_mm=between(kind.edge_mm, u[1]),
        speckle=between(kind.speckle, u[2]),
        patch=between(kind.patch, u[3]),
        rim=_level(kind.rim, phase, u[4]),
        rim_mm=kind.rim_mm,
        core=_level(kind.core, phase, u[5]),
        second=elongation,
        third=flatness,
        lobulation=lobulation,
    )


def early_look(organ_hu: float, rng: np.random.Generator) -> Look:
    """What tumours of every organ share where they look alike: darker by a third of the organ's HU, plain, roundish."""
    elongation, flatness, lobulation = drawn_form(rng)
    return Look(
        contrast=-float(rng.uniform(0.22, 0.45)) * max(organ_hu, 20.0),
        edge_mm=float(rng.uniform(0.3, 1.2)),
        speckle=float(rng.uniform(4, 8)),
        patch=float(rng.uniform(0, 4)),
        rim=0.0,
        rim_mm=0.0,
        core=0.0,
        second=elongation,
        third=flatness,
        lobulation=lobulation,
    )


def form_of(look: Look, diameter_mm: float, rng: np.random.Generator) -> Callable[[Vector], Blob]:
    """The look's form at a random turn, wherever its centre comes to lie."""
    turn = rotation(rng.uniform(0, 360, 3))
    directions = rng.standard_normal((LOBES, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    sign = np.where(rng.random(LOBES) < 0.7, 1.0, -0.55)
    height = float(np.interp(look.lobulation, *HEIGHT_OF_LOBULATION))
    heights = height * rng.uniform(0.4, 1.0, LOBES) * sign
    sharpness = rng.uniform(5, 14, LOBES)
    ratios = tuple(
        min(axis / (1 - loss * min(height, 2.2)), 1.0) for axis, loss in zip((look.second, look.third), AXIS_LOSS, strict=True)
    )
    return lambda center: Blob.of(center, diameter_mm, turn, (ratios[0], ratios[1]), directions, heights, sharpness)


def _level(levels: Levels | None, phase: str, u: float) -> float:
    return between(levels[phase], u) if levels else 0.0
