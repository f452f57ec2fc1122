"""One phantom patient: draw the anatomy, resolve who yields to whom, paint the CT."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from atlas_lab.anatomy import STRUCTURES
from atlas_lab.data.phantom.body import FILLING, FRAME
from atlas_lab.data.phantom.compose import paint, place
from atlas_lab.data.phantom.lesions import LESIONS, Lesion, drawn_lesions
from atlas_lab.data.phantom.organs import ORGANS
from atlas_lab.data.phantom.outline import Outline
from atlas_lab.data.phantom.space import Build, Space
from atlas_lab.data.phantom.tissue import PHASE, noise, textures
from atlas_lab.errors import InputError

VERSION = 1  # raise it whenever the same seed gives another patient
SHAPE = (128, 128, 96)
SPACING_MM = 3.0
MIN_VOXELS = 8
LABELLED = tuple(s.name for s in STRUCTURES) + tuple(kind.name for kind in LESIONS)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PhantomPatient:
    """A CT (x, y, z) int16 HU, its affine (4x4, RAS+, mm), exact masks by name, and what is known of the patient.

    `masks` holds all 25 structures and the tumours looked for; an absent one is empty. A tumour also belongs to its
    organ's mask. `meta` holds sex, age, phase, site and the lesions in view (type, organ, diameter, centre, contrast).
    """

    ct: npt.NDArray[np.int16]
    affine: npt.NDArray[np.float64]
    masks: dict[str, Mask]
    meta: dict[str, Any]


def patient(
    index: int, *, seed: int = 0, shape: Sequence[int] = SHAPE, spacing: float | Sequence[float] = SPACING_MM
) -> PhantomPatient:
    """The phantom patient number `index` of `seed`, on a grid of `shape` voxels of `spacing` mm, centred.

    The same arguments always give the same bytes, and the anatomy depends on `index` and `seed` alone. InputError: a
    negative index or seed, a shape that is not three whole numbers of at least 8, a spacing that is not positive.
    """
    check_whole("index", index, 0)
    check_whole("seed", seed, 0)
    voxels, edges = check_grid(shape, spacing)

    def stream(name: str) -> np.random.Generator:
        # one stream for each part, so that a new row in a table leaves all other parts as they were
        return np.random.default_rng(np.random.SeedSequence([seed, index, zlib.crc32(name.encode())]))

    person = stream("person")
    sex, age = str(person.choice(["F", "M"])), int(person.integers(25, 86))
    fat_mm, belly_mm, noise_hu = person.uniform(10, 26), person.uniform(-6, 14), person.uniform(9, 18)
    parts = [drawn for part in (*FRAME, *ORGANS, *FILLING) if (drawn := part.drawn(stream(part.name), sex))]
    hu = {part.name: part.tissue.average for part in parts}
    hosts = {site[0] for kind in LESIONS for site in kind.sites}
    lesions = drawn_lesions(stream("lesions"), {name: hu[name] for name in hosts})

    build = Build.drawn(stream("build"))
    space = Space(voxels, edges, build)
    fields = textures(stream("fields"), space)
    outline = Outline.of(space, fat_mm, belly_mm)
    scene = place(parts, lesions, space, outline, fields)
    ct = outline.paint(space, fields)
    paint(ct, scene, space, fields)
    ct += noise(stream("noise"), space, noise_hu)

    masks = {name: np.zeros(voxels, bool) for name in LABELLED}
    for name, part in scene.parts.items():
        if name in masks:
            masks[name][part.crop] = part.owned < 0
    seen = []
    for lesion, tumor in zip(lesions, scene.lesions, strict=True):
        inner = tumor.owned < 0
        masks[lesion.kind][tumor.crop] |= inner
        if inner.any():
            seen.append(_facts(lesion, build))
    affine = np.diag([*edges, 1.0])
    affine[:3, 3] = [-(n - 1) / 2 * edge for n, edge in zip(voxels, edges, strict=True)]
    meta = {"sex": sex, "age": age, "phase": PHASE, "site": "phantom", "lesions": seen}
    return PhantomPatient(np.clip(np.rint(ct), -1024, 3071).astype(np.int16), affine, masks, meta)


def check_whole(name: str, value: object, low: int) -> None:
    """InputError unless `value` is a whole number of at least `low`."""
    if not _is_whole(value, low):
        raise InputError(f"{name}={value!r}: must be a whole number, {low} or more")


def check_grid(shape: Sequence[int], spacing: float | Sequence[float]) -> tuple[tuple[int, int, int], tuple[float, float, float]]:
    """The grid as three voxel counts and three edges in mm; InputError says which of them is wrong."""
    counts = _triple(shape)
    if counts is None or not all(_is_whole(n, MIN_VOXELS) for n in counts):
        raise InputError(f"shape={shape!r}: must be three whole numbers of voxels (x, y, z), each {MIN_VOXELS} or more")
    edges: tuple[Any, Any, Any] = _triple(spacing) or (spacing, spacing, spacing)
    if not all(_is_length(edge) for edge in edges):
        raise InputError(f"spacing={spacing!r}: must be one or three positive numbers of mm")
    (nx, ny, nz), (ex, ey, ez) = counts, edges
    return (int(nx), int(ny), int(nz)), (float(ex), float(ey), float(ez))


def _triple(value: object) -> tuple[Any, Any, Any] | None:
    if isinstance(value, Sequence | np.ndarray) and len(value) == 3:
        return value[0], value[1], value[2]
    return None


def _is_whole(value: object, low: int) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= low)


def _is_length(value: Any) -> bool:
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return number and math.isfinite(value) and value > 0


def _facts(lesion: Lesion, build: Build) -> dict[str, Any]:
    return {
        "type": lesion.kind,
        "organ": lesion.organ,
        "diameter_mm": round(lesion.diameter_mm, 1),
        "center_mm": [round(float(c), 1) for c in build.to_world(lesion.center)],
        "hu_contrast": round(lesion.contrast, 1),
    }
