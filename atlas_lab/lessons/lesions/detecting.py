"""One number a patient: how suspicious the most suspicious millilitre is."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from atlas_lab.data import Case
from atlas_lab.evaluation.patients import Threshold
from atlas_lab.evaluation.statistics import interval_table, proportion
from atlas_lab.learning import Model, Trained, predict, prepare
from atlas_lab.lessons.debate import Setting
from atlas_lab.lessons.lesions.patients import CONTROL, ORGAN, TUMOUR, PatientSet
from atlas_lab.lessons.lesions.training import tuned

SUSPICIOUS_ML = 1.0  # a ball of 12 mm


def detector(patients: PatientSet, start: str | Trained, setting: Setting, size: str, folder: Path, *, seed: int = 0) -> Model:
    """An nnU-Net that is fine-tuned on the pancreas and its tumours in the patients of the training split."""
    cases = prepare(patients.of("train"), [ORGAN, TUMOUR], spacing_mm=setting.spacing_mm, progress=False)
    return tuned(cases, start, setting, size, folder, seed=seed)


def suspicion(model: Model, cases: Iterable[Case]) -> pd.DataFrame:
    """A row a patient: `tumour`, `score` and `localised_score`, from 0 to 1, as `evaluation.patients` takes them.

    A voxel is as suspicious as the less probable of two things: a tumour, and the pancreas that holds it. `score` is the mean
    over the most suspicious mL of the CT; `localised_score` the same within the tumour that is there, so that an alarm
    elsewhere does not count.
    """
    rows = {}
    for case in cases:
        found = predict(model, case, structures=[ORGAN, TUMOUR], overlap=0.25, soft=True, progress=False)
        soft = np.minimum(found[ORGAN], found[TUMOUR])
        truth, voxel_ml = case.labels[TUMOUR], float(np.prod(case.ct.spacing)) / 1000
        score = _highest(soft, voxel_ml)
        inside = _highest(np.where(truth, soft, 0), voxel_ml)
        rows[case.id] = {"tumour": bool(truth.any()), "score": score, "localised_score": inside if truth.any() else score}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")


def by_type(scores: pd.DataFrame, types: pd.Series, threshold: Threshold) -> pd.DataFrame:
    """The share of each type that is called ill from the threshold up, and the specificity, each with Wilson's interval.

    InputError: a patient on whom the threshold was chosen.
    """
    threshold.report(scores)  # which refuses patients of the validation
    called = scores["score"] >= threshold.value
    shares = {}
    for name in sorted(set(types[scores.index]), key=lambda name: (name == CONTROL, name)):
        mine = called[types[scores.index] == name]
        right = int(mine.sum()) if name != CONTROL else int((~mine).sum())
        shares[f"sensitivity, {name}" if name != CONTROL else "specificity, controls"] = proportion(right, len(mine))
    return interval_table(shares)


def _highest(soft: np.ndarray, voxel_ml: float) -> float:
    """The mean of the highest values (uint8, p = value / 255) that fill `SUSPICIOUS_ML`, as a probability."""
    count = min(max(round(SUSPICIOUS_ML / voxel_ml), 1), soft.size)
    return float(np.partition(soft, soft.size - count, axis=None)[-count:].mean() / 255)
