"""Running the arms: each is trained once, judged on every look of real tumours, and kept on disk."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from atlas_lab.errors import InputError
from atlas_lab.learning import Model, PreparedCases, finetune
from atlas_lab.learning.patches import PatchTransform
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.judging import judged
from atlas_lab.lessons.train_on_synthetic.setting import MOVED, NONE, PROBABILITY, REAL, SPHERES, Arm, Setting
from atlas_lab.lessons.train_on_synthetic.stored import stored_cases
from atlas_lab.lessons.train_on_synthetic.transforms import Inside, Moved, OnHealthy, Piece, Spheres, nothing
from atlas_lab.runs import write_text
from atlas_lab.synthesis.method import Method


@dataclass(frozen=True)
class Results:
    """`patients`: a row an arm, seed, look and test patient with its `dsc`; `lesions`: a row each tumour, candidate, mimic."""

    patients: pd.DataFrame
    lesions: pd.DataFrame

    def of(self, arm: Arm | str, look: str) -> pd.DataFrame:
        """The lesions of one arm on one look of real tumours. InputError: it was not run."""
        chosen = self.lesions[(self.lesions["arm"] == str(arm)) & (self.lesions["look"] == look)]
        if chosen.empty:
            raise InputError(f"there is no arm {str(arm)!r} on {look}; there are {', '.join(self.lesions['arm'].unique())}")
        return chosen


def run_arms(
    cohort: Cohort,
    setting: Setting,
    arms: Sequence[Arm],
    seeds: Iterable[int],
    folder: Path,
    *,
    methods: Mapping[str, Method] | None = None,
    pieces: Sequence[Piece] = (),
) -> Results:
    """Train and judge every arm with every seed; what `folder` holds already is not done again.

    An arm that knows real tumours is trained once for each look of them, any other one once in all. `methods` are methods
    with settings of one's own, by name; `pieces` what the arm `moved` moves. InputError: the folder holds another setting.
    """
    _check_folder(folder, setting, cohort)
    todo = [(seed, arm, look) for seed in seeds for arm in arms for look in cohort.looks]
    patients, lesions = [], []
    for seed, arm, look in tqdm(todo, desc="arms", unit="arm"):
        place = folder / f"seed{seed}" / slug(str(arm))
        rows, found = place / f"{slug(look)}.patients.csv", place / f"{slug(look)}.lesions.csv"
        if not (rows.exists() and found.exists()):
            model = _trained(cohort, setting, arm, look, seed, place, methods or {}, pieces)
            for path, table in zip((rows, found), judged(model, cohort.tests[look], setting), strict=True):
                write_text(path, table.to_csv(index=False))
        patients.append(pd.read_csv(rows).assign(arm=str(arm), seed=seed, look=look))
        lesions.append(pd.read_csv(found).assign(arm=str(arm), seed=seed, look=look))
    return Results(pd.concat(patients, ignore_index=True), pd.concat(lesions, ignore_index=True))


def _trained(
    cohort: Cohort, setting: Setting, arm: Arm, look: str, seed: int, place: Path, methods: Mapping[str, Method],
    pieces: Sequence[Piece],
) -> Model:  # fmt: skip
    cases, transform = training_of(cohort, setting, arm, look, place, methods, pieces)
    folder = place / (slug(look) if arm.knows_real else "training")
    added = [] if transform is None else [OnHealthy(transform, setting.tumour)]
    made = finetune(
        cases, classes=setting.classes, folder=folder, plan=setting.plan(seed),
        transforms=[*added, Inside(setting.classes[:-1], setting.tumour)], **setting.options(),
    )  # fmt: skip
    return Model.open(made.checkpoint)


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


def _check_folder(folder: Path, setting: Setting, cohort: Cohort) -> None:
    """What is kept must be of this setting and of these patients."""
    ids = [*cohort.healthy.ids, *(id for cases in (*cohort.real.values(), *cohort.tests.values()) for id in cases.ids)]
    kept: dict[str, Any] = dataclasses.asdict(setting) | {"cases": hashlib.sha256(" ".join(sorted(ids)).encode()).hexdigest()}
    said, path = json.dumps(kept, indent=1), folder / "setting.json"
    if path.exists() and path.read_text(encoding="utf-8") != said:
        raise InputError(f"{folder}: holds arms of another setting or other patients (setting.json); choose another folder")
    write_text(path, said)


def slug(text: str) -> str:
    """A text as a name of a file, no two of them alike."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in text)
    return f"{plain[:60]}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
