"""What the lesions of a prediction say about its patient."""

import pandas as pd

from atlas_lab.evaluation.lesions.detect import Detection


def patient_row(detection: Detection) -> dict[str, object]:
    """One patient's row of `Detections.patients`."""
    table = detection.table
    candidates = table[table["kind"] == "prediction"]
    tumour = bool((table["kind"] == "truth").any())
    counted = candidates[candidates["outcome"] == "hit"] if tumour else candidates
    return {
        "tumour": tumour,
        "score": _highest(candidates["confidence"]),
        "localised_score": _highest(counted["confidence"]),
        "volume_ml": float(candidates["volume_ml"].sum()),
        "missing": detection.missing,
    }


def _highest(confidence: pd.Series) -> float:
    return float(confidence.max()) if len(confidence) else 0.0
