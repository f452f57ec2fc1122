"""How a score ranks patients: the ROC curve and its area."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas_lab.evaluation.patients.given import check_patients, count_classes
from atlas_lab.evaluation.statistics.delong import auc
from atlas_lab.evaluation.statistics.intervals import Interval


@dataclass(frozen=True)
class Roc:
    """A curve (columns threshold, fpr, tpr, from no patient called positive to all) and the area below it."""

    curve: pd.DataFrame
    auc: Interval


def roc(patients: pd.DataFrame, score: str = "score", confidence: float = 0.95) -> Roc:
    """The ROC curve of the column `score`: a patient is called positive from the threshold up.

    `patients` has one row a patient (the index is the id) and a bool column `tumour`; the area has DeLong's interval
    (see `statistics.auc`). InputError: a column that is missing, NaN, an id twice, patients of one class only.
    """
    count_classes(check_patients(patients, score))
    return Roc(counts(patients, score)[["threshold", "fpr", "tpr"]], auc(patients["tumour"], patients[score], confidence))


def counts(patients: pd.DataFrame, score: str) -> pd.DataFrame:
    """One row a threshold, highest first and first of all infinity: patients called positive, as counts and as rates."""
    values, positive = patients[score].to_numpy(float), patients["tumour"].to_numpy()
    order = np.argsort(-values, kind="stable")
    last_of_its_score = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits = np.append(0, np.cumsum(positive[order])[last_of_its_score])
    alarms = np.append(0, np.cumsum(~positive[order])[last_of_its_score])
    thresholds = np.append(np.inf, values[order][last_of_its_score])
    table = pd.DataFrame({"threshold": thresholds, "true_positives": hits, "false_positives": alarms})
    table["tpr"], table["fpr"] = hits / positive.sum(), alarms / (~positive).sum()
    table["specificity"] = ((~positive).sum() - alarms) / (~positive).sum()  # 19/20 is 0.95, 1 - 1/20 is not
    return table
