"""Which networks an experiment needs: one for each arm and seed, and for each look of the tumours that the arm is shown."""

import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.learning import PreparedCases
from atlas_lab.learning.patches import PatchTransform
from atlas_lab.lessons.kept import check_setting, slug
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.setting import MOVED, NONE, PROBABILITY, REAL, SPHERES, Arm, Setting
from atlas_lab.lessons.train_on_synthetic.stored import stored_cases
from atlas_lab.lessons.train_on_synthetic.transforms import Moved, Piece, Spheres, nothing
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import weights_of


@dataclass(frozen=True)
class Training:
    """One network to train and to judge: an `arm` with a seed; `looks` are those of real tumours that it is judged on.

    An arm that knows real tumours is trained for one look, any other one for all. `methods` are methods with settings of
    one's own, by name; `pieces` what the arm `moved` moves.
    """

    cohort: Cohort
    setting: Setting
    arm: Arm
    seed: int
    looks: tuple[str, ...]
    folder: Path
    methods: Mapping[str, Method]
    pieces: Sequence[Piece]

    @property
    def place(self) -> Path:
        """Where its networks and tables are."""
        return self.folder / f"seed{self.seed}" / slug(str(self.arm))

    @property
    def id(self) -> str:
        """Tells trainings apart."""
        return f"{self.arm} {' '.join(self.looks)} {self.place}"

    def tables(self, look: str) -> tuple[Path, Path]:
        """The files of its patients and its lesions."""
        return self.place / f"{slug(look)}.patients.csv", self.place / f"{slug(look)}.lesions.csv"

    @property
    def done(self) -> bool:
        """Whether all its tables are there."""
        return all(path.exists() for look in self.looks for path in self.tables(look))


def trainings_of(
    cohort: Cohort,
    setting: Setting,
    arms: Sequence[Arm],
    seeds: Iterable[int],
    folder: Path,
    *,
    methods: Mapping[str, Method] | None = None,
    pieces: Sequence[Piece] = (),
) -> list[Training]:
    """What has to be trained to judge every arm with every seed on every look. InputError: the folder holds another setting."""
    _check_folder(folder, setting, cohort, methods or {}, pieces)
    every = tuple(cohort.looks)
    return [
        Training(cohort, setting, arm, seed, looks, folder, dict(methods or {}), tuple(pieces))
        for seed, arm in itertools.product(seeds, arms)
        for looks in ([(look,) for look in every] if arm.knows_real else [every])
    ]


def training_of(
    cohort: Cohort, setting: Setting, arm: Arm, look: str, place: Path, methods: Mapping[str, Method] | None = None,
    pieces: Sequence[Piece] = (),
) -> tuple[PreparedCases, PatchTransform | None]:  # fmt: skip
    """The CTs an arm is trained on, and what is put into patches of those that are healthy. `place` keeps stored tumours.

    InputError: the arm needs real CTs and there are none, or `pieces` to move.
    """
    given = (methods or {}).get(arm.tumours, arm.tumours)
    if arm.stored is not None:
        return stored_cases(cohort, setting, given, arm.stored, place / "cases"), None
    if not arm.knows_real:
        return cohort.healthy, _tumours_of(arm, setting, given, pieces)
    if look not in cohort.real:
        raise InputError(f"arm {str(arm)!r} needs CTs with real tumours, and this cohort has none")
    real = cohort.real[look]
    if arm.tumours == REAL:
        return real, None
    share = round(arm.real * len(cohort.healthy))
    chosen = [*real.ids[:share], *cohort.healthy.ids[share:]]
    both = {case.id: case for group in (real, cohort.healthy) for case in group}
    cases = PreparedCases((both[id] for id in chosen), real.classes, real.spacing, real.folder)
    return cases, _tumours_of(arm, setting, given, pieces)


def _tumours_of(arm: Arm, setting: Setting, given: Method | str, pieces: Sequence[Piece]) -> PatchTransform:
    structures = setting.classes[:-1]
    if arm.tumours == NONE:
        return nothing
    if arm.tumours == SPHERES:
        return Spheres(structures, setting.tumour, setting.tumour_size)
    if arm.tumours == MOVED:
        if not pieces:
            raise InputError("the arm 'moved' needs tumours of another organ to move; give pieces=")
        return Moved(structures, setting.tumour, tuple(pieces))
    from atlas_lab.synthesis.transform import TumourTransform

    return TumourTransform(setting.organ, given, setting.tumour_size, probability=PROBABILITY)


def _check_folder(
    folder: Path, setting: Setting, cohort: Cohort, methods: Mapping[str, Method], pieces: Sequence[Piece]
) -> None:  # fmt: skip
    """What is kept must be of this setting, these patients, methods and pieces."""
    ids = [*cohort.healthy.ids, *(id for cases in (*cohort.real.values(), *cohort.tests.values()) for id in cases.ids)]
    moved = hashlib.sha256(b"".join(np.ascontiguousarray(piece.relative).tobytes() for piece in pieces))
    check_setting(
        folder,
        dataclasses.asdict(setting)
        | {"cases": hashlib.sha256(" ".join(sorted(ids)).encode()).hexdigest(), "pieces": moved.hexdigest()}
        | {"methods": {name: _told(method) for name, method in methods.items()}},
    )


def _told(method: Method) -> dict[str, Any]:
    """What decides a method's tumours: its settings, and of a trained model not where it lies but what is in it."""
    weights = weights_of(method)
    return method.settings() | ({"model": weights} if weights else {})
