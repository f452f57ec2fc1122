"""The score from which a patient is called positive: chosen on validation patients, before the test set is opened."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.evaluation.patients import operating_point
from atlas_lab.evaluation.patients.given import check_patients, check_split, count_classes, named
from atlas_lab.evaluation.patients.roc import counts
from atlas_lab.evaluation.statistics.given import check_share
from atlas_lab.evaluation.statistics.intervals import Interval, ProportionMethod, proportion


@dataclass(frozen=True, repr=False)
class Threshold:
    """A chosen threshold: by which rule, what it reached on validation, and on which patients."""

    value: float
    score: str
    rule: str
    sensitivity: Interval
    specificity: Interval
    digest: str
    validation: frozenset[str]

    def __repr__(self) -> str:
        return (
            f"Threshold({self.score} from {self.value:.4g} up, {self.rule}; sensitivity {self.sensitivity}; specificity "
            f"{self.specificity}; chosen on {len(self.validation)} patients, digest {self.digest[:8]})"
        )

    def report(self, test: pd.DataFrame, method: ProportionMethod = "wilson", confidence: float = 0.95) -> pd.DataFrame:
        """Sensitivity, specificity, PPV, NPV and accuracy on patients that the threshold was not chosen on.

        Index (reading, measure), columns count, n, value, low, high. The reading `location-blind` counts a tumour patient
        as found wherever the alarm is; `localisation-aware`, there where the table has a column `localised_<score>`, only
        if what hit the lesion reaches the threshold: an alarm elsewhere is then a miss and a wrong call. InputError: a
        patient of the validation set (they are named), a column that is missing, NaN, an id twice. Where the test set has
        patients of one class only, the rates of the other are NaN in the interval 0 to 1.
        """
        check_patients(test, self.score)
        if seen := [id for id in test.index if str(id) in self.validation]:
            raise InputError(
                f"the threshold was chosen on {len(seen)} of these patients: {named(seen)}; report on patients it has not seen"
            )
        return operating_point.report(test, self.score, self.value, method, confidence)


def choose_threshold(
    validation: pd.DataFrame,
    *,
    specificity: float | None = None,
    sensitivity: float | None = None,
    youden: bool = False,
    score: str = "score",
    split: str | None = None,
) -> Threshold:
    """The threshold on the column `score` that reaches `specificity` or `sensitivity`, or the largest Youden index (1950).

    Of the thresholds that reach the target the one with the best other rate is taken, of equals the highest. A patient is
    positive from the threshold up. The table must be known to be for validation: by `split`, a column `split` or
    `attrs["split"]` that says validation, val or tune. InputError: another split or none known, not exactly one rule, a
    specificity that only calling nobody positive reaches, a column that is missing, NaN, an id twice, one class only.
    """
    rules = [specificity is not None, sensitivity is not None, youden]
    if sum(rules) != 1:
        raise InputError("choose one rule for the threshold: specificity=0.95, sensitivity=0.95 or youden=True")
    tumours, controls = count_classes(check_patients(validation, score))
    check_split(validation, split)
    table = counts(validation, score).iloc[1:]  # the first calls nobody positive
    if specificity is not None:
        check_share(specificity, "specificity")
        rule, rank = f"specificity at least {specificity:g}", table["tpr"].where(table["specificity"] >= specificity)
        if rank.isna().all():
            raise InputError(f"no threshold has {rule} and calls a patient positive: a control has the highest score")
    elif sensitivity is not None:
        check_share(sensitivity, "sensitivity")
        rule, rank = f"sensitivity at least {sensitivity:g}", table["specificity"].where(table["tpr"] >= sensitivity)
    else:
        rule, rank = "largest Youden index", table["true_positives"] * controls - table["false_positives"] * tumours
    chosen = table.iloc[int(np.nanargmax(rank.to_numpy(float)))]
    ids = sorted(map(str, validation.index))
    return Threshold(
        value=float(chosen["threshold"]),
        score=score,
        rule=rule,
        sensitivity=proportion(int(chosen["true_positives"]), tumours),
        specificity=proportion(controls - int(chosen["false_positives"]), controls),
        digest=hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        validation=frozenset(ids),
    )
