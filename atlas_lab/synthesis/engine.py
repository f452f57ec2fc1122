"""Tumours into arrays: a whole CT or a training patch. Place, grow, write, one after another."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError
from atlas_lab.synthesis import boxes
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.organs import organ_of, to_avoid
from atlas_lab.synthesis.tissue import Box, Growth, NoRoom, Site, Tissue, level_and_noise

MARGIN_MM = 25.0  # around an organ, for what grows out of it

Masks = Mapping[str, "np.ndarray | CroppedMask"]
Spacing = tuple[float, float, float]


@dataclass(frozen=True)
class Planned:
    """A tumour before it is made: `seed` is all that its draws depend on. Without `site` a place is looked for in one of
    the organ's structures."""

    diameter_mm: float
    seed: tuple[int, ...]
    structure: str | None = None
    site: Site | None = None


@dataclass(frozen=True)
class Grown:
    """A tumour that was made: its plan with structure and site filled in, and what grew, with its box in the CT."""

    plan: Planned
    growth: Growth
    box: Box
    level: float


def tissues(hu: np.ndarray, masks: Masks, spacing: Spacing, structures: Iterable[str], phase: str) -> list[Tissue]:
    """The organ's structures that are there, each in its box of the CT with a margin.

    `hu` (x, y, z) int16 or float32, masks of its shape, `spacing` mm. The boxes' HU are views of `hu`.
    InputError: none of them has a voxel, HU that are no number.
    """
    found = []
    for name in structures:
        mask = boxes.cropped(masks[name])
        if not mask.voxels:
            continue
        box = boxes.widened(mask.box, hu.shape, spacing, MARGIN_MM)
        organ, taken = (np.zeros(boxes.shape_of(box), bool) for _ in range(2))
        boxes.add(organ, mask, box)
        clear_of = [other for other in to_avoid(masks) if other != name]  # a vessel's own tumour grows in it
        for other in clear_of:
            boxes.add(taken, boxes.cropped(masks[other]), box)
        part = hu[box]
        level, noise = level_and_noise(part, organ, name)
        if clear_of:
            organ &= ~taken
        found.append(Tissue(part, organ, taken, spacing, name, organ_of(name), phase, level, noise, boxes.corner(box)))
    if not found:
        raise InputError(f"{' and '.join(structures)}: the mask is empty; a tumour needs an organ to grow in")
    return found


def grow_tumours(
    hu: np.ndarray,
    masks: Masks,
    spacing: Spacing,
    plans: Sequence[Planned],
    *,
    structures: Iterable[str],
    method: Method,
    phase: str,
    must_fit: bool = False,
) -> list[Grown]:
    """Make the planned tumours one after another and write them into `hu`, (x, y, z), in place.

    `masks` are bool arrays of its shape by structure, or cropped ones; they stay as they are: the tumours' own masks and
    their warps are in what is returned. int16 stays int16 (rounded). NoRoom: none of them found a place, or, with
    `must_fit`, not all did. InputError: none of `structures` has a voxel, HU that are no number.
    """
    places = tissues(hu, masks, spacing, structures, phase)
    made: list[Grown] = []
    refused: NoRoom | None = None
    for plan in plans:
        try:
            made.append(_one(places, masks, plan, method))
        except NoRoom as error:
            refused = error
            if must_fit:
                break
    if refused is not None and (must_fit or not made):
        raise refused
    return made


def stream(seed: Sequence[int], what: str) -> np.random.Generator:
    """The generator of one purpose."""
    return np.random.default_rng(np.random.SeedSequence([*seed, zlib.crc32(what.encode())]))


def _one(places: Sequence[Tissue], masks: Masks, plan: Planned, method: Method) -> Grown:
    tissue, site = _placed(places, plan)
    growth = method.grow(tissue, site, stream(plan.seed, f"grow {method.name}"))
    box = boxes.shifted(growth.box, tissue.corner)
    if not site.clipped:
        growth = _beside(growth, masks, box, tissue.structure)
    if not growth.mask.any():
        raise NoRoom(f"{tissue.structure}: nothing is left of a tumour of {plan.diameter_mm:.0f} mm here; choose another size")
    write(tissue.hu[growth.box], growth)
    if growth.warp is not None:
        for mask in (tissue.organ, tissue.taken):
            mask[growth.box] = boxes.warped(mask[growth.box], growth.warp)
    for place in places:  # the boxes of a pair may overlap
        here, own = boxes.overlap(box, place.corner, place.shape)
        place.taken[here] |= growth.mask[own]
        place.organ[here] &= ~growth.mask[own]
    filled = Planned(plan.diameter_mm, plan.seed, tissue.structure, site)
    return Grown(filled, growth, box, tissue.level)


def _placed(places: Sequence[Tissue], plan: Planned) -> tuple[Tissue, Site]:
    if plan.site is not None:
        tissue = next((place for place in places if place.structure == plan.structure), None)
        if tissue is None:
            raise InputError(f"{plan.structure}: is not in this case; the record is of another one")
        return tissue, plan.site
    from atlas_lab.synthesis.placement import place

    rng = stream(plan.seed, "place")
    room = np.array([np.count_nonzero(tissue.organ) for tissue in places]) if len(places) > 1 else np.ones(1)
    order = _weighted_order(room, rng) if room.any() else np.arange(len(places))
    for number, which in enumerate(order):
        try:
            return places[which], place(places[which], plan.diameter_mm, rng)
        except NoRoom:
            if number == len(order) - 1:
                raise
    raise AssertionError


def _weighted_order(room: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    first = int(rng.choice(len(room), p=room / room.sum()))
    return np.array([first, *(other for other in range(len(room)) if other != first)])


def _beside(growth: Growth, masks: Masks, box: Box, structure: str) -> Growth:
    """A tumour that grows out of its organ pushes into fat: other organs stay as they are."""
    others = np.zeros(growth.mask.shape, bool)
    for name in masks:
        if name != structure:
            boxes.add(others, boxes.cropped(masks[name]), box)
    free = ~others
    return Growth(growth.box, growth.hu, growth.mask & free, growth.region & free, growth.settings, growth.warp, growth.history)


def write(hu: np.ndarray, growth: Growth) -> None:
    """Write what grew into the HU of its box, in place; whole numbers stay whole."""
    new = growth.hu[growth.region]
    if hu.dtype.kind in "iu":
        limits = np.iinfo(hu.dtype)
        new = np.clip(np.rint(new), limits.min, limits.max).astype(hu.dtype)
    hu[growth.region] = new
