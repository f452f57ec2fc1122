"""One place for one tumour: random voxels, each tested close around itself, never the whole organ."""

from itertools import chain

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.synthesis.placement.draws import Draws
from atlas_lab.synthesis.placement.no_room import no_room
from atlas_lab.synthesis.placement.rooms import ball_voxels, darker, first_at_surface, first_room
from atlas_lab.synthesis.placement.vessels import Vessels
from atlas_lab.synthesis.sizes import EARLY_MM, SPREAD
from atlas_lab.synthesis.tissue import NoRoom, Site, Tissue

Voxel = tuple[int, int, int]

GAP_MM = 1.0  # between a tumour and what is taken
LONGEST = SPREAD[1]  # half-axis of a tumour over its radius: kept clear as well while there is room
EXOPHYTIC_SHARE = 0.5  # of the kidney's medium and large tumours (Chen et al., CVPR 2024)
FAT_HU = (-190.0, -30.0)  # what an exophytic tumour stands out into (Kvist et al., Am J Clin Nutr 1988)
VESSEL_SHARE = 0.005  # of a ball; noise alone reaches 0.0013 at three deviations

# What is asked of a place, the strictest first: the least share of the ball in the organ, and the radii kept clear.
_EARLY = ((1.0, LONGEST), (1.0, 1.0), (0.9, 1.0), (0.8, 1.0))
_LARGER = ((0.75, LONGEST), (0.75, 1.0), (0.6, 1.0))
_LARGEST = (*_LARGER, (0.75, 0.0), (0.6, 0.0))  # no liver has a ball of 48 mm without a vessel: such tumours grow around them
_LARGEST_MM = 40.0
_HALF_OUT = (0.3, 0.6)  # least and most of an exophytic tumour's ball outside the organ
DARK_SHARE = 0.05  # of a ball that may be fat, gas or another organ's edge within the mask: a mask is never exact
_DARK, _DARK_HU = 5.0, 60.0  # deviations of the organ's noise, and HU at least, below its level
_VESSEL_TRIES = (32, 8)  # places with room where vessels are looked for, for early and for larger tumours
_LARGE_PART = 0.001  # of the box in one ball: worth asking whether the organ is as large as that


def place(tissue: Tissue, diameter_mm: float, rng: np.random.Generator, *, exophytic: bool | None = None) -> Site:
    """A voxel of the organ around which a tumour of `diameter_mm` has room, every such voxel being equally likely.

    The ball of that diameter stays a gap of 1 mm away from all that is taken (1.25 radii and 1 mm where there is room).
    Early tumours, up to 20 mm, lie in the organ whole; only where no such place turns up does its border take up to 20 % of
    the ball. Larger ones may lose 25 %, then 40 %; above 40 mm they may grow around what is taken where all else fails.
    Where contrast medium makes vessels brighter than the organ, a ball with more than 0.5 % of its voxels in vessels is
    turned down (smoothed by 1 mm, three deviations of the smoothed noise above the organ's level: Hu et al., CVPR 2023);
    after 32 such places (8 for larger tumours, which rarely find a free one) the clearest of them is taken. Fat and gas
    that the mask holds, much darker than the organ, count alike where they are more than 5 % of the ball.

    Half of a kidney's tumours above 20 mm stand out of its surface into fat (DiffTumor, CVPR 2024) where that is possible;
    `exophytic` True or False decides it, in any organ. The released code of both papers draws from the middle 40 % of the
    organ along z to stay off its poles; the ball's room does that here, and tumours spread over the organ.

    NoRoom: no such place is found. InputError: the diameter is not above 0.
    """
    if not (np.isfinite(diameter_mm) and diameter_mm > 0):
        raise InputError(f"{tissue.structure}: a tumour of {diameter_mm:g} mm; a diameter is a number of mm above 0")
    diameter_mm = float(diameter_mm)
    chance = tissue.organ_name == "kidney" and diameter_mm > EARLY_MM and rng.random() < EXOPHYTIC_SHARE
    if exophytic or (exophytic is None and chance):
        centre = _at_surface(tissue, diameter_mm / 2, rng)
        if centre is not None:
            return Site(centre, diameter_mm, clipped=False)
        if exophytic:
            raise NoRoom(
                f"{tissue.structure}: no place where a tumour of {diameter_mm:.3g} mm stands out into fat; "
                "ask for a smaller size or exophytic=False"
            )
    centre = _inside(tissue, diameter_mm / 2, rng)
    if centre is None:
        raise no_room(tissue, diameter_mm)
    return Site(centre, diameter_mm)


def _inside(tissue: Tissue, radius: float, rng: np.random.Generator) -> Voxel | None:
    """The first drawn place that is free of vessels, else the clearest one."""
    early = 2 * radius <= EARLY_MM
    spacing, vessels = np.array(tissue.spacing), Vessels.of(tissue)
    voxels, most_tries, rules = (
        ball_voxels(spacing, radius),
        _VESSEL_TRIES[not early],
        _EARLY if early else _LARGEST if 2 * radius > _LARGEST_MM else _LARGER,
    )
    if voxels > _LARGE_PART * tissue.organ.size and voxels > np.count_nonzero(tissue.organ):
        return None
    best, fewest, tries = None, voxels + 1, 0
    fat = tissue.level - max(_DARK * tissue.noise, _DARK_HU)
    draws = Draws(tissue, rng)
    for (share, reach), drawn in [(rules[0], draws.in_box), *((rule, draws.in_organ) for rule in rules)]:
        out, clear = int((1 - share) * voxels), reach * radius + GAP_MM
        for places in drawn():
            n = first_room(tissue.organ, tissue.taken, places, 0, spacing, radius, clear, out)
            while n >= 0:
                bright = vessels.count(tissue, places[n], radius, fewest) if vessels else 0
                dark = darker(tissue.hu, tissue.organ, places[n], spacing, radius, fat) - DARK_SHARE * voxels
                bright += max(int(dark), 0)
                if bright < fewest:
                    best, fewest = _voxel(places[n]), bright
                tries += 1
                if fewest <= VESSEL_SHARE * voxels or tries == most_tries:
                    return best
                n = first_room(tissue.organ, tissue.taken, places, n + 1, spacing, radius, clear, out)
    return best


def _at_surface(tissue: Tissue, radius: float, rng: np.random.Generator) -> Voxel | None:
    """The first drawn place whose ball stands out of the organ by about half, into fat."""
    spacing = np.array(tissue.spacing)
    voxels, masks = ball_voxels(spacing, radius), (tissue.hu, tissue.organ, tissue.taken)
    out = (int(_HALF_OUT[0] * voxels), int(_HALF_OUT[1] * voxels))
    draws = Draws(tissue, rng)
    for places in chain(draws.in_box(), draws.in_organ()):
        n = first_at_surface(*masks, places, spacing, radius, radius + GAP_MM, out, FAT_HU)
        if n >= 0:
            return _voxel(places[n])
    return None


def _voxel(place: np.ndarray) -> Voxel:
    return tuple(int(n) for n in place)  # type: ignore[return-value]
