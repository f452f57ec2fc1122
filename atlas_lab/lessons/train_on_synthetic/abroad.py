"""Diversify the backgrounds: tumours of a diffusion in CTs of one or more hospitals, tested where nobody was trained."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.statistics import Interval, bootstrap
from atlas_lab.lessons.train_on_synthetic.backgrounds import Lessons
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.running import Results, run
from atlas_lab.lessons.train_on_synthetic.setting import REAL, Arm, Setting
from atlas_lab.lessons.train_on_synthetic.trainings import Training, trainings_of

HOSPITALS = ("north", "south", "east", "west")
EXTERNAL = "abroad"  # never trained on
REAL_ONLY = "real tumours, 1 hospital"


def pair_name(examples: int, hospitals: int) -> str:
    """How a segmenter is called whose tumours so many examples taught, and whose CTs come from so many hospitals."""
    return f"{examples} example{'s' * (examples > 1)}, {hospitals} hospital{'s' * (hospitals > 1)}"


def grid(
    lessons: Lessons, setting: Setting, pairs: Sequence[tuple[int, int]], steps: tuple[int, int], folder: Path, *,
    gaps: Sequence[float], sampling_steps: int | None = None, stored: int = 3, seeds: Sequence[int] = (0,), real: bool = False,
    workers: int = 1,
) -> tuple[dict[str, Results], pd.DataFrame]:  # fmt: skip
    """For each pair (examples, hospitals): a segmenter trained on tumours of that diffusion in CTs of those hospitals, tested at
    `abroad` on tumours of all `gaps`; and the distances to the nearest tumour that taught. `stored` tumours a case are made
    once: sampling is slow. With `real` also the segmenter that real tumours of the first hospital have taught, which look
    as at the last gap, under the name `REAL_ONLY`. InputError: other than 1 to 4 hospitals, examples that are not there.
    """
    for examples, hospitals in pairs:
        if not (1 <= hospitals <= len(HOSPITALS) and 1 <= examples <= len(lessons.examples)):
            most = f"1 to {len(lessons.examples)} examples, 1 to {len(HOSPITALS)} hospitals"
            raise InputError(f"examples={examples}, hospitals={hospitals}: give {most}")
    methods, distances, trainings = {}, [], {}
    for examples in dict.fromkeys(examples for examples, _ in pairs):
        methods[examples] = lessons.taught(examples, steps, folder / "models", sampling_steps=sampling_steps)
        distances.append(lessons.neighbours(methods[examples], examples).assign(examples=examples))

    def cohort_of(hospitals: int, gaps: Sequence[float], real: bool = False) -> Cohort:
        names = HOSPITALS[:hospitals]
        return Cohort.phantom(setting, gaps, hospitals=names, test_hospital=EXTERNAL, real=real, workers=workers)

    for examples, hospitals in pairs:
        place, arm = folder / f"segmenters_{examples}_{hospitals}", Arm("diffusion", stored=stored)
        made = {"diffusion": methods[examples]}
        trainings[pair_name(examples, hospitals)] = trainings_of(
            cohort_of(hospitals, gaps), setting, [arm], seeds, place, methods=made
        )
    if real:
        home = dataclasses.replace(cohort_of(1, gaps[-1:], real=True), tests=cohort_of(1, gaps).tests)
        place, looks = folder / "segmenters_real", tuple(reversed(home.looks))  # it is taught by the first of them
        trainings[REAL_ONLY] = [Training(home, setting, Arm(REAL), seed, looks, place, {}, ()) for seed in seeds]
    run(list(itertools.chain(*trainings.values())), workers=workers)
    return {name: run(done) for name, done in trainings.items()}, pd.concat(distances, ignore_index=True)


def gains(taught: Mapping[str, Results], name: str, reference: str = REAL_ONLY) -> dict[str, Interval]:
    """By how much the DSC of one of a grid's segmenters is above another one's at the hospital abroad, patient by patient, on
    each look of real tumours."""
    first, second = (taught[one].patients.groupby(["look", "case"])["dsc"].mean() for one in (name, reference))
    return {str(look): bootstrap(part, seed=0) for look, part in (first - second).groupby("look", sort=False)}
