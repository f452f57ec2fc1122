"""Lesions out of cases: the components of a tumour mask, or the tumours that were made."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy import ndimage

from atlas_lab import anatomy
from atlas_lab.data.case import Case
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.pieces import pieces
from atlas_lab.errors import InputError
from atlas_lab.synthesis import boxes
from atlas_lab.synthesis.organs import is_lesion
from atlas_lab.synthesis.realism.lesions import SEEN, Lesion, Lesions
from atlas_lab.synthesis.result import Synthesis
from atlas_lab.synthesis.tissue import level_and_noise

MARGIN_MM = 10.0  # of the surroundings, beyond the lesion's own box
LEAST_VOXELS = 8  # of a lesion; fewer have neither edge nor texture


def lesions_of(cases: Iterable[Case | Synthesis] | Case | Synthesis, tumor: str, *, spacing_mm: float = 1.0) -> Lesions:
    """The lesions of a tumour mask (`liver_tumor`), each cut out on cubic voxels of `spacing_mm`.

    Of a `Case` they are the mask's 26-connected pieces, of a `Synthesis` the tumours that it made. Values are interpolated
    linearly; a scan whose voxels are cubes of `spacing_mm` is not interpolated at all. Take real and synthetic ones from
    scans of the same kind: interpolation smooths noise, and an observer sees that. What lies beyond the scan repeats its last
    voxels. Lesions that the scan cuts, and those under 8 voxels, are left out and counted. The patient is what the case's
    `meta` calls so, else its id.

    InputError: no case, a mask that a case has no annotation of, an unknown tumour, an organ that is missing or
    all lesion, HU that are no number.
    """
    if not np.isfinite(spacing_mm) or spacing_mm <= 0:
        raise InputError(f"spacing_mm={spacing_mm!r}: give the side of a voxel in mm, above 0")
    found: list[Lesion] = []
    left_out = count = 0
    for one in [cases] if isinstance(cases, Case | Synthesis) else cases:
        count += 1
        for lesion in _of_case(one, tumor, spacing_mm):
            if lesion is None:
                left_out += 1
            else:
                found.append(lesion)
    if not count:
        raise InputError("cases: there is none; give cases with a tumour mask, or what synthesize returns")
    return Lesions(tuple(found), float(spacing_mm), left_out)


def _of_case(given: Any, tumor: str, spacing_mm: float) -> Iterator[Lesion | None]:
    case = given.case if isinstance(given, Synthesis) else given
    if not isinstance(case, Case):
        raise InputError(f"cases: give Case or Synthesis, not {type(given).__name__}")
    hosts = [name for name in _hosts(tumor) if name in case.labels]
    if tumor not in case.labels or not hosts:
        lacks = tumor if tumor not in case.labels else " or ".join(_hosts(tumor))
        raise InputError(f"{case.folder or case.id}: has no mask of {lacks}; annotated: {', '.join(case.labels) or 'nothing'}")
    if isinstance(given, Synthesis):
        masks = [tumour.mask for tumour in given.tumours if tumour.structure in hosts]
    else:
        masks = list(pieces(case.labels.cropped(tumor)))
    if not masks:
        return
    ill = [case.labels.cropped(name) for name in case.labels if is_lesion(name)]
    healthy = {name: _without(case.labels.cropped(name), ill) for name in hosts}
    levels = {name: _level(case, name, organ) for name, organ in healthy.items() if organ.crop.any()}
    if not levels:
        raise InputError(f"{case.folder or case.id}: {' and '.join(hosts)} hold no tissue beside lesions to compare them with")
    for mask in masks:
        host = max(levels, key=lambda name: _near(healthy[name], mask))
        yield None if mask.touches_border else _cut(case, mask, healthy[host], levels[host], spacing_mm)


def _hosts(tumor: str) -> tuple[str, ...]:
    known = anatomy.BY_NAME.get(tumor)
    if known is not None and known.hosts:
        return known.hosts
    organ = tumor.removesuffix("_tumor")
    if organ == tumor:
        raise InputError(f"{tumor!r} is no tumour mask; it is called after its organ, such as liver_tumor")
    return anatomy.organ(organ)


def _without(organ: CroppedMask, ill: Iterable[CroppedMask]) -> CroppedMask:
    left = organ.crop.copy()
    for mask in ill:
        here, there = boxes.overlap(mask.box, boxes.corner(organ.box), left.shape)
        left[here] &= ~mask.crop[there]
    return CroppedMask(organ.shape, organ.box, left)


def _near(organ: CroppedMask, lesion: CroppedMask) -> int:
    """How many of the organ's voxels lie in the lesion's box and a few voxels around it."""
    x, y, z = (slice(max(side.start - 3, 0), side.stop + 3) for side in lesion.box)
    here, _ = boxes.overlap((x, y, z), boxes.corner(organ.box), organ.crop.shape)
    return int(np.count_nonzero(organ.crop[here]))


def _level(case: Case, name: str, organ: CroppedMask) -> float:
    return level_and_noise(case.ct.array[organ.box], organ.crop, f"{case.folder or case.id}: {name}")[0]


def _cut(case: Case, mask: CroppedMask, organ: CroppedMask, level: float, step: float) -> Lesion | None:
    spacing = np.asarray(case.ct.spacing)
    centre = np.rint(ndimage.center_of_mass(mask.crop)).astype(int) + [side.start for side in mask.box]  # on a voxel
    reach = [max(c - side.start, side.stop - 1 - c) for c, side in zip(centre, mask.box, strict=True)]
    half = np.maximum(np.ceil((np.multiply(reach, spacing) + MARGIN_MM) / step).astype(int), SEEN // 2)
    inside = _sampled(mask.crop, centre - [side.start for side in mask.box], half, step / spacing, "constant") >= 0.5
    if np.count_nonzero(inside) < LEAST_VOXELS:
        return None
    around = _sampled(organ.crop, centre - [side.start for side in organ.box], half, step / spacing, "constant") >= 0.5
    hu = _sampled(case.ct.array, centre, half, step / spacing, "nearest")
    if not np.isfinite(hu).all():
        raise InputError(f"{case.folder or case.id}: the CT has voxels that are no number (NaN or infinite); replace them first")
    volume = mask.voxels * float(spacing.prod())
    patient = str(case.meta.get("patient", case.id))
    diameter = float(np.cbrt(6 * volume / np.pi))
    return Lesion(hu, inside, around & ~inside, level, patient, diameter, float(np.cbrt(spacing.prod())))


def _sampled(array: np.ndarray, centre: np.ndarray, half: np.ndarray, step: np.ndarray, mode: str) -> np.ndarray:
    """float32 on a box of 2 `half` voxels a side, `step` old voxels apart, whose voxel `half` is `centre` of the array."""
    found: np.ndarray = ndimage.affine_transform(
        array.astype(np.float32) if array.dtype == bool else array, step, centre - half * step, output_shape=tuple(2 * half),
        output=np.float32, order=1, mode=mode, prefilter=False,
    )  # fmt: skip
    return found
