"""Running the trainings: each network is trained once, judged on every look of real tumours, and kept on disk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning import Model, finetune
from atlas_lab.lessons.kept import slug
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.judging import judged
from atlas_lab.lessons.train_on_synthetic.setting import Arm, Setting
from atlas_lab.lessons.train_on_synthetic.trainings import Training, training_of, trainings_of
from atlas_lab.lessons.train_on_synthetic.transforms import Inside, OnHealthy, Piece
from atlas_lab.runs import write_text
from atlas_lab.scale import map_cases
from atlas_lab.synthesis.method import Method

_WORTH = 200  # steps, for which starting another process pays


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


def run(trainings: Sequence[Training], *, workers: int = 1) -> Results:
    """Train and judge, and read what is on disk; what is there already is not done again.

    `workers` networks are trained side by side on a CPU, each with the threads that this process has; a GPU trains one.
    InputError: the first training that failed, and why.
    """
    missing = [one for one in trainings if not one.done]
    alone = torch.cuda.is_available() or sum(one.setting.steps for one in missing) < _WORTH
    at_once = 1 if alone else min(workers, len(missing))
    map_cases(_Run(torch.get_num_threads()), missing, workers=at_once, progress=bool(missing)).require_all()
    kept = [(one, look) for one in trainings for look in one.looks]
    patients, lesions = ([_read(one, look, which) for one, look in kept] for which in (0, 1))
    return Results(pd.concat(patients, ignore_index=True), pd.concat(lesions, ignore_index=True))


def _read(one: Training, look: str, which: int) -> pd.DataFrame:
    table = pd.read_csv(one.tables(look)[which], dtype={"case": str})
    return table.assign(arm=str(one.arm), seed=one.seed, look=look)


def run_arms(
    cohort: Cohort, setting: Setting, arms: Sequence[Arm], seeds: Iterable[int], folder: Path, *,
    methods: Mapping[str, Method] | None = None, pieces: Sequence[Piece] = (), workers: int = 1,
) -> Results:  # fmt: skip
    """`run` of the `trainings_of` these arms."""
    return run(trainings_of(cohort, setting, arms, seeds, folder, methods=methods, pieces=pieces), workers=workers)


@dataclass(frozen=True)
class _Run:
    """Train and judge one network, in whatever process this is."""

    threads: int

    __name__ = "networks"  # what the progress bar says

    def __call__(self, one: Training) -> None:
        torch.set_num_threads(self.threads)
        model = _trained(one)
        for look in one.looks:
            for path, table in zip(one.tables(look), judged(model, one.cohort.tests[look], one.setting), strict=True):
                write_text(path, table.to_csv(index=False))


def _trained(one: Training) -> Model:
    cohort, setting, arm = one.cohort, one.setting, one.arm
    cases, transform = training_of(cohort, setting, arm, one.looks[0], one.place, one.methods, one.pieces)
    added = [] if transform is None else [OnHealthy(transform, setting.tumour)]
    made = finetune(
        cases, classes=setting.classes, folder=one.place / (slug(one.looks[0]) if arm.knows_real else "training"),
        plan=setting.plan(one.seed), transforms=[*added, Inside(setting.classes[:-1], setting.tumour)], **setting.options(),
    )  # fmt: skip
    return Model.open(made.checkpoint)
