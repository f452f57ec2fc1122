"""Running the debate: every arm of every seed, each kept on disk, so that a stopped study goes on."""

import dataclasses
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from atlas_lab.learning import Backbone, Model, Trained, finetune, pretrain
from atlas_lab.learning.measuring import dsc_by_case
from atlas_lab.lessons.debate.cohort import Cohort, Draw, with_masks_of_others
from atlas_lab.lessons.debate.setting import CONTROL, MINUTES, SUPERVISED, Arm, Setting, Stage
from atlas_lab.lessons.kept import check_setting, slug
from atlas_lab.runs import write_text

_OF_MASKS: dict[str, Any] = {"augmentation": "upright", "balanced": True}


def debate(cohort: Cohort, setting: Setting, arms: Sequence[Arm], seeds: Iterable[int], folder: Path) -> pd.DataFrame:
    """One row an arm, seed, structure and test patient: `dsc`, and what the arm cost.

    `cts`, `annotated_cts`, `annotated_minutes` (by hand, before fine-tuning), `seconds_before` and `seconds` (of training on
    this device), `steps_before` and `steps`. What is in `folder` already is not computed again. InputError: the folder holds
    a debate with another setting.
    """
    check_setting(folder, dataclasses.asdict(setting))
    rows: list[dict[str, Any]] = []
    todo = [(seed, arm) for seed in seeds for arm in arms]
    for seed, arm in tqdm(todo, desc="debate", unit="arm"):
        rows += one_arm(cohort, setting, arm, seed, folder)
    return pd.DataFrame(rows)


def one_arm(cohort: Cohort, setting: Setting, arm: Arm, seed: int, folder: Path) -> list[dict[str, Any]]:
    """The rows of one arm and seed, from `folder` where they are there."""
    result = folder / f"seed{seed}" / f"{slug(str(arm))}.json"
    if not result.exists():
        rows = _run(cohort, setting, arm, seed, folder / f"seed{seed}")
        write_text(result, json.dumps(rows, indent=1))
    found: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
    return found


def _run(cohort: Cohort, setting: Setting, arm: Arm, seed: int, folder: Path) -> list[dict[str, Any]]:
    draw = cohort.draw(seed, setting)
    start: str | Trained = "scratch"
    place, seconds_before, steps_before = "", 0.0, 0
    for stage in arm.stages:
        place = f"{place}{slug(str(stage))}."
        start = _pretrained(cohort, setting, stage, draw, seed, folder / place, start)
        seconds_before, steps_before = seconds_before + start.seconds, steps_before + start.step
    made: dict[str, Any] = {} if arm.stages else {"backbone": setting.backbone, "size": setting.size}
    steps = setting.finetune_steps + (setting.pretrain_steps if arm.longer else 0)
    tuned = finetune(
        cohort.target, start, classes=cohort.target.classes, cases=draw.shots, folder=_tuned(folder, arm),
        plan=setting.plan(steps, seed), **setting.options(), **_OF_MASKS, **made,
    )  # fmt: skip
    model = whole(Model.open(tuned.checkpoint), cohort)
    found = dsc_by_case(model, cohort.target.select(cohort.tests))
    costs = {
        "cts": arm.cts, "annotated_cts": arm.annotated_cts,
        "annotated_minutes": arm.annotated_cts * len(cohort.labelled.classes) * MINUTES,
        "seconds_before": seconds_before, "steps_before": steps_before, "seconds": tuned.seconds, "steps": tuned.step,
    }  # fmt: skip
    return [
        {"arm": str(arm), "seed": seed, "structure": name, "case": id, "dsc": value, **costs}
        for name, values in found.items()
        for id, value in values.items()
    ]


def _pretrained(
    cohort: Cohort, setting: Setting, stage: Stage, draw: Draw, seed: int, folder: Path, start: str | Trained
) -> Trained:
    ids = draw.before[: stage.cts]
    common: dict[str, Any] = {
        "plan": setting.plan(setting.pretrain_steps, seed), "folder": folder, "init_from": start, "backbone": setting.backbone,
        "size": setting.size, **setting.options(),
    }  # fmt: skip
    if stage.task == SUPERVISED:
        return pretrain(cohort.labelled, cases=ids, classes=cohort.labelled.classes, **_OF_MASKS, **common)
    if stage.task == CONTROL:
        false = with_masks_of_others(cohort.atlas.select(ids))
        return pretrain(false, classes=cohort.labelled.classes, **_OF_MASKS, **common)
    return pretrain(cohort.unlabelled, stage.task, cases=ids, **common)


def model_of(folder: Path, arm: Arm, seed: int, cohort: Cohort) -> Model:
    """What a finished debate left of an arm: its fine-tuned model, which looks at whole volumes.

    InputError: the arm was not run with this seed in this folder.
    """
    return whole(Model.open(_tuned(folder / f"seed{seed}", arm)), cohort)


def whole(model: Model, cohort: Cohort) -> Model:
    """The model looking at whole volumes: a convolutional network may, and it is several times faster than windows."""
    sides = [max(case.shape[axis] for case in cohort.target.select(cohort.tests)) for axis in range(3)]
    assert isinstance(model.network, Backbone)
    divisor = model.network.divisor
    x, y, z = (math.ceil(side / divisor) * divisor for side in sides)
    return dataclasses.replace(model, patch=(x, y, z))


def _tuned(folder: Path, arm: Arm) -> Path:
    return folder / f"{slug(str(arm))}.tuned"
