"""What calling patients positive from one threshold up is worth, each rate with its interval."""

import pandas as pd

from atlas_lab.evaluation.patients.given import localised
from atlas_lab.evaluation.statistics.intervals import ProportionMethod, proportion

MEASURES = ("sensitivity", "specificity", "PPV", "NPV", "accuracy")


def report(
    patients: pd.DataFrame, score: str, threshold: float, method: ProportionMethod = "wilson", confidence: float = 0.95
) -> pd.DataFrame:
    """The rates of a table that `check_patients` has passed: index (reading, measure), columns count, n, value, low, high."""
    tumour, called = patients["tumour"], patients[score] >= threshold
    readings = {"location-blind": tumour & called}
    at_the_lesion = localised(patients, score)
    if at_the_lesion is not None:
        readings["localisation-aware"] = tumour & (at_the_lesion >= threshold)
    rows = {}
    for reading, found in readings.items():
        hits, cleared = int(found.sum()), int((~tumour & ~called).sum())
        tumours, positives, n = int(tumour.sum()), int(called.sum()), len(patients)
        of = [(hits, tumours), (cleared, n - tumours), (hits, positives), (cleared, n - positives), (hits + cleared, n)]
        for measure, (count, total) in zip(MEASURES, of, strict=True):
            interval = proportion(count, total, method, confidence)
            rows[reading, measure] = [count, total, interval.value, interval.low, interval.high]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["count", "n", "value", "low", "high"])
    table.index = pd.MultiIndex.from_tuples(rows, names=["reading", "measure"])
    table.attrs = {"threshold": threshold, "score": score, "method": method, "confidence": confidence}
    return table.astype({"count": int, "n": int})
