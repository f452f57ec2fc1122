"""The patients of the debate: many CTs of some hospitals to pre-train on, a few of another one to fine-tune and to test."""

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas_lab.anatomy import RELEASES
from atlas_lab.data import Atlas, Case, LabelMap
from atlas_lab.data.phantom import Order
from atlas_lab.errors import InputError
from atlas_lab.learning import PreparedCases, prepare
from atlas_lab.lessons.debate.setting import MORE, Arm, Setting
from atlas_lab.lessons.source import PHANTOM, open_atlas

HOSPITALS, HELD_OUT = ("north", "south", "east"), "abroad"
KNOWN = tuple(RELEASES["1.0"].structures)  # what pre-training is annotated for
NEW = ("colon", "duodenum", "intestine", "portal_vein_and_splenic_vein")  # what fine-tuning asks for
LESION = "liver_tumor"
_LESION_NAMES = ("tumor", "lesion", "cyst")
_LESIONS = (Order("metastasis", count=2, diameter_mm=(25.0, 60.0)),)
_POOL = 3  # times as many CTs to draw the few annotated ones from, so that seeds differ in them


@dataclass(frozen=True)
class Cohort:
    """`before`: the pre-training hospitals without labels and with the 9 structures; `after`: the held-out hospital's cases,
    with the new structures and lesions; the first `test` of them judge."""

    atlas: Atlas
    unlabelled: PreparedCases
    labelled: PreparedCases
    target: PreparedCases
    tests: tuple[str, ...]
    new: tuple[str, ...]
    lesions: tuple[str, ...]

    @classmethod
    def of(cls, setting: Setting, source: str = PHANTOM, *, arms: Sequence[Arm] = (), workers: int = 1) -> "Cohort":
        """The phantom's, or that of an atlas whose cases name their `site`: its last site (by name) is held out.

        There are as many CTs as `arms` need (default: all arms).

        InputError: too few cases, fewer than two sites, no structure outside release 1.0 that the held-out site annotates.
        """
        needed = max(arm.cts for arm in arms or setting.arms()), setting.shots + setting.test
        before, after = _phantom(setting, needed[0], workers) if source == PHANTOM else _real(source)
        for name, atlas, least in (("pre-training", before, needed[0]), ("the held-out hospital", after, needed[1])):
            if len(atlas) < least:
                raise InputError(f"{source}: {name} has {len(atlas)} cases, this debate needs {least}; lower cts, shots or test")
        there = after.structures()
        new = tuple(name for name in NEW if name in there)
        new = new or tuple(name for name in there if name not in KNOWN and not name.endswith(_LESION_NAMES))[:5]
        lesions = (LESION,) if source == PHANTOM else tuple(n for n in there if n.endswith(_LESION_NAMES))
        if not new:
            raise InputError(f"{source}: the held-out hospital annotates nothing beyond {', '.join(KNOWN)}")
        known = [name for name in KNOWN if name in before.structures()]
        made = functools.partial(prepare, spacing_mm=setting.spacing_mm, workers=workers)
        target = made(after, [*new, *lesions])
        return cls(
            before,
            made(before, ()),
            made(before, known),
            target,
            tuple(after.ids[: setting.test]),
            new,
            lesions,
        )

    def draw(self, seed: int, setting: Setting) -> "Draw":
        """Which cases a seed trains on."""
        rng = np.random.default_rng([seed, 1])
        before = list(rng.permutation(self.atlas.ids))
        after = rng.permutation([id for id in self.target.ids if id not in self.tests])
        return Draw(tuple(map(str, before[: MORE * setting.cts])), tuple(map(str, after[: setting.shots])))

    def fingerprints(self, ids: Iterable[str], cases: PreparedCases) -> set[str]:
        """What tells patients apart whatever their ids: a hash of each CT's voxels."""
        return {hashlib.sha256(cases[id].hu.tobytes()).hexdigest() for id in ids}


@dataclass(frozen=True)
class Draw:
    """Ids: pre-training cases, of which an arm takes the first so many, and those for fine-tuning."""

    before: tuple[str, ...]
    shots: tuple[str, ...]


def with_masks_of_others(cases: Atlas) -> list[Case]:
    """Each case's CT with the masks of the next patient, laid on the middle of the CT: annotation that is not true."""
    given = list(cases)
    return [_under(case, other) for case, other in zip(given, [*given[1:], given[0]], strict=True)]


def _under(case: Case, other: Case) -> Case:
    masks = {}
    for name in other.labels:
        mask, moved = other.labels[name], np.zeros(case.ct.shape, bool)
        here, there = zip(*(_middles(mine, his) for mine, his in zip(moved.shape, mask.shape, strict=True)), strict=True)
        moved[here] = mask[there]
        masks[name] = moved
    return Case(case.id, case.ct, LabelMap(masks, case.ct.affine, shape=case.ct.shape))


def _middles(mine: int, his: int) -> tuple[slice, slice]:
    common = min(mine, his)
    first, second = (mine - common) // 2, (his - common) // 2
    return slice(first, first + common), slice(second, second + common)


def _phantom(setting: Setting, cts: int, workers: int) -> tuple[Atlas, Atlas]:
    before = Atlas.phantom(cases=max(cts, _POOL * setting.cts), hospitals=HOSPITALS, seed=0, workers=workers)
    count = setting.test + _POOL * setting.shots
    return before, Atlas.phantom(cases=count, hospitals=HELD_OUT, seed=0, lesions=_LESIONS, workers=workers)


def _real(source: str) -> tuple[Atlas, Atlas]:
    atlas = open_atlas(str(Path(source).expanduser()))
    if "site" not in atlas.table:
        raise InputError(
            f"{source}: its cases name no site; the debate holds one hospital out (a `site` in each case's meta.json)"
        )
    sites = sorted(map(str, atlas.table["site"].dropna().unique()))
    if len(sites) < 2:
        raise InputError(f"{source}: has one site ({sites[0] if sites else 'none'}); the debate needs two or more")
    of = atlas.table["site"].astype(str)
    return atlas.select(of.index[of != sites[-1]]), atlas.select(of.index[of == sites[-1]])
