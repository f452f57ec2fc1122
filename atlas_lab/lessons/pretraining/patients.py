"""Who trains, who validates, who judges: three groups that share no patient."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas_lab.anatomy import RELEASES
from atlas_lab.data import Atlas
from atlas_lab.errors import InputError
from atlas_lab.lessons.source import PHANTOM, open_atlas

JUDGED = ("liver", "spleen", "kidney_left", "kidney_right", "aorta")
_TOLD, _ALL = RELEASES["1.0"].structures, RELEASES["1.1"].structures


@dataclass(frozen=True)
class Patients:
    """Ids of an atlas by what they are for; `classes` are what a supervised training is told, `new` what nobody tells it."""

    atlas: Atlas
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    classes: tuple[str, ...]
    new: tuple[str, ...]

    def fingerprints(self) -> dict[str, str]:
        """A hash of the voxels of each CT, which tells scans apart whatever their ids. Reads all of them."""
        ids = (*self.train, *self.validation, *self.test)
        return {id: hashlib.sha256(self.atlas[id].ct.array.tobytes()).hexdigest() for id in ids}


def patients(source: str = PHANTOM, *, cases: int = 16, validation: int = 2, test: int = 6, seed: int = 0) -> Patients:
    """`cases` to train on, `validation` to choose a checkpoint, `test` to judge; drawn by `seed`.

    The phantom's are patients of one hospital. Those that judge are annotated for `JUDGED` and have no other scan in the
    atlas (`patient` in the metadata). The classes are the nine of AbdomenAtlas 1.0; new are the others of its 25.
    InputError: a number below 1 (test: below 2), too few cases, none to train on that is annotated for what is judged.
    """
    for name, count, least in (("cases", cases, 1), ("validation", validation, 1), ("test", test, 2)):
        if count < least:
            raise InputError(f"{name}={count}: give {least} or more")
    atlas = _open(source, cases, validation + test, seed)
    once = _once(atlas)
    able = _shuffled([id for id in atlas.filter(has=JUDGED).ids if id in once], seed)
    judges, choosers = able[:test], able[test : test + validation]
    learners = _shuffled([id for id in atlas.ids if id not in able[: test + validation]], seed)[:cases]
    if len(choosers) < validation or len(learners) < cases:
        raise InputError(
            f"{source}: has {len(atlas)} cases; {len(able)} are their patient's only scan and annotated for {', '.join(JUDGED)}; "
            f"the lesson needs {test + validation} such and {cases} others: lower cases, validation or test"
        )
    annotated = atlas.select(learners).structures()
    if missing := [name for name in JUDGED if name not in annotated]:
        raise InputError(f"{source}: none of the {cases} cases to train on is annotated for {missing[0]}; raise cases")
    classes = tuple(name for name in _TOLD if name in annotated)
    there = atlas.select([*learners, *judges]).structures()
    new = tuple(name for name in _ALL if name in there and name not in classes)
    return Patients(atlas, tuple(learners), tuple(choosers), tuple(judges), classes, new)


def _open(source: str, cases: int, judges: int, seed: int) -> Atlas:
    if source != PHANTOM:
        return open_atlas(str(Path(source).expanduser()) if source.strip() else source, needs=JUDGED)
    count = cases + judges
    while True:
        atlas = Atlas.phantom(cases=count, seed=seed, workers=os.cpu_count() or 1)
        if len(_once(atlas)) >= judges:
            return atlas
        count += judges  # some patients come twice


def _once(atlas: Atlas) -> set[str]:
    """The cases whose patient has no other scan here, so that no patient is on two sides."""
    person = atlas.table.get("patient")
    if person is None:
        return set(atlas.ids)
    return set(person.index[person.isna() | ~person.duplicated(keep=False)])


def _shuffled(ids: list[str], seed: int) -> list[str]:
    return [ids[place] for place in np.random.default_rng(seed).permutation(len(ids))]
