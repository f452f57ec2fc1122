"""One row a lesion and a candidate: where, how large, matched with what."""

import numpy as np
import pandas as pd

from atlas_lab.evaluation.lesions.components import Components
from atlas_lab.evaluation.lesions.matching import Matches

COLUMNS = (
    "kind", "label", "x", "y", "z", "volume_ml", "radius_mm", "diameter_mm", "matched", "iou", "confidence", "outcome",
    "box_start", "box_stop", "corner_mm", "opposite_mm",
)  # fmt: skip
_CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])


def lesion_table(
    truth: Components, prediction: Components, matches: Matches, confidence: np.ndarray, affine: np.ndarray
) -> pd.DataFrame:
    """The lesions of the truth, then the candidates of the prediction; see `Detection.table` for the columns."""
    lesions, candidates = _placed("truth", truth, affine), _placed("prediction", prediction, affine)
    found = matches.candidate >= 0
    lesions["matched"] = np.where(found, _at(prediction.labels, matches.candidate), 0)
    lesions["iou"] = matches.lesion_iou
    lesions["confidence"] = np.where(found, _at(confidence, matches.candidate), 0.0)
    lesions["outcome"] = np.where(found, "hit", "missed")
    hit = matches.lesion >= 0
    candidates["matched"] = np.where(hit, _at(truth.labels, matches.lesion), 0)
    candidates["iou"] = matches.candidate_iou
    candidates["confidence"] = confidence
    candidates["outcome"] = np.select([hit, matches.ignored], ["hit", "ignored"], "false positive")
    filled = [part for part in (lesions, candidates) if len(part)] or [lesions]
    return pd.concat(filled, ignore_index=True)[list(COLUMNS)]


def _placed(kind: str, of: Components, affine: np.ndarray) -> pd.DataFrame:
    centre = of.centroids @ affine[:3, :3].T + affine[:3, 3]
    volume = of.sizes * abs(float(np.linalg.det(affine[:3, :3])))
    radius = np.cbrt(3 * volume / (4 * np.pi))
    edges = np.stack([of.starts, of.stops], axis=1) - 0.5  # from the outer face of the first voxel to that of the last
    corners = edges[:, _CORNERS, [0, 1, 2]] @ affine[:3, :3].T + affine[:3, 3]
    return pd.DataFrame(
        {
            "kind": np.full(of.count, kind), "label": of.labels, "x": centre[:, 0], "y": centre[:, 1], "z": centre[:, 2],
            "volume_ml": volume / 1000, "radius_mm": radius, "diameter_mm": 2 * radius,
            "box_start": _tuples(of.starts), "box_stop": _tuples(of.stops),
            "corner_mm": _tuples(corners.min(axis=1)), "opposite_mm": _tuples(corners.max(axis=1)),
        }
    )  # fmt: skip


def _tuples(rows: np.ndarray) -> pd.Series:
    return pd.Series([tuple(row) for row in rows.tolist()], dtype=object)


def _at(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """`values[position]`, where -1 (none) gives anything."""
    return values[position] if len(values) else np.zeros(len(position), values.dtype)
