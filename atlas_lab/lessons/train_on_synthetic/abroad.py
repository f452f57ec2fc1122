"""Diversify the backgrounds: tumours of a diffusion in CTs of one or more hospitals, tested where nobody was trained."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from atlas_lab.evaluation.statistics import Interval, bootstrap
from atlas_lab.lessons.train_on_synthetic.backgrounds import Lessons
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.running import Results, run
from atlas_lab.lessons.train_on_synthetic.setting import REAL, Arm, Setting
from atlas_lab.lessons.train_on_synthetic.trainings import trainings_of

HOSPITALS = ("north", "south", "east", "west")
EXTERNAL = "abroad"  # never trained on
REAL_ONLY = "real tumours, 1 hospital"


def grid(
    lessons: Lessons, setting: Setting, pairs: Sequence[tuple[int, int]], steps: tuple[int, int], folder: Path, *,
    sampling_steps: int | None = None, gap: float = 1.0, stored: int = 3, seeds: Sequence[int] = (0,), real: bool = False,
    workers: int = 1,
) -> tuple[dict[str, Results], pd.DataFrame]:  # fmt: skip
    """For each pair (examples, hospitals): a segmenter trained on tumours of that diffusion in CTs of those hospitals, tested at
    `abroad`; and the distances to the nearest tumour that taught. `stored` tumours a case are made once: sampling is slow.
    With `real` also the segmenter that real tumours of the first hospital have taught, under the name `REAL_ONLY`."""
    methods, distances, trainings = {}, [], {}
    for examples in dict.fromkeys(examples for examples, _ in pairs):
        methods[examples] = lessons.taught(examples, steps, folder / "models", sampling_steps=sampling_steps)
        distances.append(lessons.neighbours(methods[examples], examples).assign(examples=examples))
    for examples, hospitals in pairs:
        name = f"{examples} example{'s' * (examples > 1)}, {hospitals} hospital{'s' * (hospitals > 1)}"
        cohort = Cohort.phantom(
            setting, [gap], hospitals=HOSPITALS[:hospitals], test_hospital=EXTERNAL, real=False, workers=workers
        )
        place, arm = folder / f"segmenters_{examples}_{hospitals}", Arm("diffusion", stored=stored)
        trainings[name] = trainings_of(cohort, setting, [arm], seeds, place, methods={"diffusion": methods[examples]})
    if real:
        home = Cohort.phantom(setting, [gap], hospitals=HOSPITALS[:1], test_hospital=EXTERNAL, workers=workers)
        trainings[REAL_ONLY] = trainings_of(home, setting, [Arm(REAL)], seeds, folder / "segmenters_real")
    run(list(itertools.chain(*trainings.values())), workers=workers)
    return {name: run(done) for name, done in trainings.items()}, pd.concat(distances, ignore_index=True)


def gain(taught: Mapping[str, Results], name: str, reference: str = REAL_ONLY) -> Interval:
    """By how much the DSC of one of a grid's segmenters is above another one's at the hospital abroad, patient by patient."""
    first, second = (taught[one].patients.groupby("case")["dsc"].mean() for one in (name, reference))
    return bootstrap(first - second, seed=0)
