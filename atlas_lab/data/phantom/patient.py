"""One phantom patient: draw the anatomy, resolve who yields to whom, paint the CT."""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from atlas_lab.anatomy import BY_NAME, PHASES, STRUCTURES
from atlas_lab.data.phantom import scanner
from atlas_lab.data.phantom.body import FILLING, FRAME
from atlas_lab.data.phantom.checks import (
    OutsideScan,
    check_memory,
    check_phase,
    check_whole,
    roi_corners,
    roi_structures,
    scan_grid,
)
from atlas_lab.data.phantom.compose import Scene, paint, place
from atlas_lab.data.phantom.hospitals import HOSPITALS, Hospital
from atlas_lab.data.phantom.hospitals import hospital as find_hospital
from atlas_lab.data.phantom.lesions import LABELS, Knobs, Lesion, Order, OrganSimilarity, Patient, orders_of
from atlas_lab.data.phantom.organs import ORGANS
from atlas_lab.data.phantom.outline import Outline
from atlas_lab.data.phantom.part import Drawn, group_shifts
from atlas_lab.data.phantom.report import findings, report
from atlas_lab.data.phantom.space import Build, Grid, Space
from atlas_lab.data.phantom.tissue import textures
from atlas_lab.errors import InputError

if TYPE_CHECKING:
    from atlas_lab.data.case import Case

VERSION = 3  # raise it whenever the same seed gives another patient
LABELLED = tuple(s.name for s in STRUCTURES) + LABELS
ROI_MARGIN_MM = 12.0
LEAST_VOXELS = 2.5  # a lesion less wide than this on the grid is left out of it

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PhantomPatient:
    """A CT (x, y, z) int16 HU, its affine (4x4, RAS+, mm), exact masks by name, and what is known of the patient.

    `masks` holds all 25 structures and the tumours looked for; an absent one is empty. A tumour also belongs to its
    organ's mask. `mimics` holds what looks like a tumour and is none, by type. `meta` holds patient, sex, age, phase, site,
    scanner, the `lesions` and `mimics` in view (type, organ, diameter, centre, contrast), lesions `left_out` of this scan
    (too small for its voxels, no room in the organ, out of view) and the `report`.
    """

    ct: npt.NDArray[np.int16]
    affine: npt.NDArray[np.float64]
    masks: dict[str, Mask]
    mimics: dict[str, Mask]
    meta: dict[str, Any]

    def case(self, id: str = "phantom") -> "Case":
        """The patient as a `Case`: to view, measure or save."""
        from atlas_lab.data.case import Case
        from atlas_lab.data.label_map import LabelMap
        from atlas_lab.data.volume import Volume

        return Case(id, Volume(self.ct, self.affine), LabelMap(dict(self.masks), self.affine), meta=dict(self.meta))


def patient(
    index: int,
    *,
    seed: int = 0,
    hospital: str = HOSPITALS[0].name,
    phase: str | None = None,
    shape: Sequence[int] | None = None,
    spacing: float | Sequence[float] | None = None,
    roi: str | tuple[Sequence[float], Sequence[float]] | None = None,
    lesions: Sequence[Order | str] | None = None,
    real_gap: float = 1.0,
    organ_similarity: float | OrganSimilarity = 0.0,
) -> PhantomPatient:
    """The phantom patient number `index` of `seed`, scanned in a `hospital`.

    `phase` is non_contrast, arterial or portal (default: as the hospital's mix has it), `shape` voxels and `spacing` mm
    replace the hospital's own. `roi` (a structure, an organ such as `kidney`, a tumour mask, or two corners of a box in mm,
    RAS+) renders only what lies around: the same patient, so that 1 mm is affordable. `lesions` orders them in place of
    chance: types, or `Order`s with a count and diameters; an empty list asks for none. `real_gap` (0 to 1) is how far
    tumours lie from what a synthesiser makes, `organ_similarity` (0 to 1, or an `OrganSimilarity` by diameter) how alike
    those of different organs look.

    The same arguments always give the same bytes; person and anatomy depend on `index`, `seed` and `hospital` alone, so
    two phases are two scans of one patient. Lesions narrower than 2.5 voxels are left out: ask for a finer `spacing`.
    InputError: a value out of range, an unknown hospital, phase, lesion type or roi, a roi that this patient lacks.
    """
    check_whole("index", index, 0)
    check_whole("seed", seed, 0)
    check_phase(phase)
    site = find_hospital(hospital)
    scan = scan_grid(site, shape, spacing)
    wanted = roi_structures(roi) if isinstance(roi, str) else ()
    corners = None if roi is None or wanted else roi_corners(roi)
    orders = orders_of(lesions)
    knobs = Knobs(real_gap, OrganSimilarity.of(organ_similarity))

    def stream(name: str) -> np.random.Generator:
        # one stream for each part, so that a new row in a table leaves all other parts as they were
        return np.random.default_rng(np.random.SeedSequence([seed, index, zlib.crc32(f"{site.name} {name}".encode())]))

    person = _person(stream("person"), site)
    phase = phase or str(stream("phase").choice(PHASES, p=site.phases))
    shifts = group_shifts(stream("groups"))
    build = Build.drawn(stream("build"), site.size, 0.6 * person.belly_mm)
    sizes = {name: build.organ_size * site.shapes.get(name, 1.0) for name in BY_NAME}
    parts = [
        drawn
        for part in (*FRAME, *ORGANS, *FILLING)
        if (drawn := part.drawn(stream(part.name), person.sex, phase, shifts.get(part.group or "", (0.0, 0.0, 0.0)), sizes))
    ]

    def body(space: Space) -> Outline:
        return Outline.of(space, person.fat_mm, 0.4 * person.belly_mm)

    ill = Patient(parts, phase, knobs, stream, body)
    drawn_lesions = ill.grow(orders, person.age)
    grid = scan if corners is None else scan.part(*corners)
    if wanted:
        grid = _around(wanted, parts, drawn_lesions, build, scan, index)
    if min(grid.shape) < 2:
        raise OutsideScan(f"roi={roi!r}: lies outside the scan of patient {index}; choose another one, or a larger shape")
    check_memory(grid)
    space = Space(grid, build, site.kernel.sharpness_mm)
    grown = [lesion for lesion in drawn_lesions if _shows(lesion, space)]
    fields = textures(stream("fields"), space)
    outline = body(space)
    scene = place(parts, grown, space, outline, fields, crop_of_a_scan=roi is not None)
    back = build.placed(np.array([0.0, -102 - 0.75 * person.fat_mm, 0.0]))[1]
    ct = outline.paint(space, fields, person.muscle_hu[phase], person.marbling, float(back))
    paint(ct, scene, space, fields)
    ct += scanner.noise(stream(f"noise {phase}"), space, site.kernel, person.noise_hu, outline.skin)

    masks, mimics = _masks(scene, grown, space, site)
    seen, others = findings(grown, scene.lesions, grid)
    meta = {
        "patient": f"{site.name}-{seed}-{index}",
        "site": site.name,
        "sex": person.sex,
        "age": person.age,
        "phase": phase,
        "kernel": site.kernel.name,
        "lesions": seen,
        "mimics": others,
        "left_out": _left_out(drawn_lesions, grown, ill.no_room, scene),
        "report": report(seen, others, phase),
    }
    return PhantomPatient(np.clip(np.rint(ct), -1024, 3071).astype(np.int16), grid.affine, masks, mimics, meta)


@dataclass(frozen=True)
class _Person:
    sex: str
    age: int
    fat_mm: float
    belly_mm: float
    noise_hu: float
    marbling: float
    muscle_hu: dict[str, float]


def _person(rng: np.random.Generator, site: Hospital) -> _Person:
    sex, age = "F" if rng.random() < site.women else "M", int(rng.integers(site.age[0], site.age[1]))
    fat_mm, belly_mm, noise_hu, tone = (float(rng.uniform(*span)) for span in (site.fat_mm, site.belly_mm, site.noise_hu, (0, 1)))
    muscle_hu = {phase: low + tone * 10 for phase, low in zip(PHASES, (47.0, 51.0, 57.0), strict=True)}
    marbling = float(np.clip((age - 45) / 120, 0, 0.4) * rng.uniform(0.3, 1))
    # women carry more of their fat under the skin, men within the belly
    return _Person(
        sex, age, fat_mm * (1.15 if sex == "F" else 0.85), belly_mm * (0.7 if sex == "F" else 1.1), noise_hu, marbling, muscle_hu
    )


def _shows(lesion: Lesion, space: Space) -> bool:
    """Whether the grid can show it; mimics may be smaller than what must be found."""
    return lesion.label is None or lesion.diameter_mm >= LEAST_VOXELS * space.voxel


def _left_out(
    drawn: Sequence[Lesion], grown: Sequence[Lesion], no_room: Sequence[str], scene: Scene
) -> dict[str, dict[str, int]]:
    """Lesions this patient should have and this scan has not, by reason and type."""
    small = [lesion.kind for lesion in drawn if lesion.label and lesion not in grown]
    unseen = [lesion.kind for lesion, at in zip(grown, scene.lesions, strict=True) if lesion.label and not (at.owned < 0).any()]
    reasons = {"narrower than 2.5 voxels": small, "no room in the organ": no_room, "out of view or hidden": unseen}
    return {reason: dict(Counter(kinds)) for reason, kinds in reasons.items() if kinds}


def _masks(scene: Scene, grown: Sequence[Lesion], space: Space, site: Hospital) -> tuple[dict[str, Mask], dict[str, Mask]]:
    masks = {name: np.zeros(space.shape, bool) for name in LABELLED}
    for name, part in scene.parts.items():
        if name in masks:
            masks[name][part.crop] = part.owned < 0
    low, high = site.aorta_mm
    masks["aorta"] &= (space.z >= low) & (space.z <= high)
    mimics: dict[str, Mask] = {}
    for lesion, placed in zip(grown, scene.lesions, strict=True):
        target = masks[lesion.label] if lesion.label else mimics.setdefault(lesion.kind, np.zeros(space.shape, bool))
        target[placed.crop] |= placed.owned < 0
    for mask in mimics.values():
        for label in LABELS:
            mask &= ~masks[label]
    return masks, mimics


def _around(
    names: Sequence[str], parts: Sequence[Drawn], lesions: Sequence[Lesion], build: Build, scan: Grid, index: int
) -> Grid:
    """The voxels of a scan around some structures with their lesions, or the lesions of a mask, of this patient."""
    boxes = [part.shape.box() for part in parts if part.name in names]
    boxes += [lesion.shape.box() for lesion in lesions if lesion.label and (lesion.label in names or lesion.organ in names)]
    if not boxes:
        raise InputError(f"roi: patient {index} has no {' or '.join(names)}")
    low, high = np.min([b[0] for b in boxes], axis=0), np.max([b[1] for b in boxes], axis=0)
    near = [np.arange(a - 20, b + 20, 10.0).astype(np.float32) for a, b in zip(*build.world_box(low, high), strict=True)]
    bent = build.shift((near[0], near[1], near[2]))  # canonical = unbent world + shift, so the world box moves the other way
    first, last = build.world_box(low - [float(u.max()) for u in bent], high - [float(u.min()) for u in bent])
    first, last = first - ROI_MARGIN_MM, last + ROI_MARGIN_MM
    return scan.part(first, last)
