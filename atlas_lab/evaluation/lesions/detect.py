"""The lesions of one case: found, missed, or imagined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.data import geometry
from atlas_lab.errors import InputError
from atlas_lab.evaluation.given import check_labels, check_mask, check_spacing
from atlas_lab.evaluation.lesions.components import Components, Frame, components, frame_of
from atlas_lab.evaluation.lesions.matching import RULES, Rule, match
from atlas_lab.evaluation.lesions.overlaps import overlaps
from atlas_lab.evaluation.lesions.table import lesion_table

_COLORS = {"hit": "#30d158", "missed": "#ffd60a", "false positive": "#ff453a"}  # sRGB


@dataclass(frozen=True, repr=False)
class Detection:
    """What `detect` found in one case.

    `table` has one row a lesion of the truth (`kind` "truth") and one a candidate ("prediction"), with `label`, the
    centroid `x`, `y`, `z` in mm, `volume_ml`, `radius_mm` and `diameter_mm` of the sphere of that volume, the label it is
    `matched` with (0: none) and their `iou`, `confidence` (of a lesion: that of its candidate, 0 where it is missed),
    `outcome` (hit, missed, false positive, ignored), and its box: `box_start` and `box_stop` in voxels, half-open, and
    `corner_mm` to `opposite_mm`. `missing` says that the case had no prediction at all.
    """

    table: pd.DataFrame
    rule: Rule
    min_iou: float
    missing: bool = False

    @property
    def matched_by(self) -> str:
        """The rule in words, with the least IoU where it has one."""
        return self.rule if self.rule == "any" else f"{self.rule}, IoU {self.min_iou:g}"

    def __repr__(self) -> str:
        return f"Detection({counted([self.table])}; {self.matched_by}{'; no prediction' if self.missing else ''})"

    def boxes(self) -> list[dict[str, Any]]:
        """A box for every lesion and every false positive, as arguments: `[al.viewers.Box(**box) for box in d.boxes()]`.

        Green lesions are found, yellow ones missed, red boxes are false positives. The corners are in the table's mm: give
        `detect` the CT's affine, or they lie elsewhere.
        """
        rows = self.table[(self.table["kind"] == "truth") | (self.table["outcome"] == "false positive")]
        columns = zip(rows["outcome"], rows["label"], rows["corner_mm"], rows["opposite_mm"], strict=True)
        return [
            {"label": f"{outcome} {label}", "corner_mm": corner, "opposite_mm": opposite, "color": _COLORS[outcome]}
            for outcome, label, corner, opposite in columns
        ]


def counted(tables: Iterable[pd.DataFrame]) -> str:
    """How many lesions these tables have, hit and missed, and how many false positives."""
    tables = list(tables)
    hit, missed = (
        sum(int(((t["kind"] == "truth") & (t["outcome"] == name)).sum()) for t in tables) for name in ("hit", "missed")
    )
    imagined = sum(int((table["outcome"] == "false positive").sum()) for table in tables)
    lesions, positives = hit + missed, "false positive" if imagined == 1 else "false positives"
    return f"{lesions} {'lesion' if lesions == 1 else 'lesions'}: {hit} hit, {missed} missed; {imagined} {positives}"


def detect(
    prediction: Any,
    truth: Any,
    spacing: Sequence[float],
    *,
    confidence: Any = None,
    rule: Rule = "any",
    min_iou: float = 0.1,
    instances: bool = False,
    affine: Any = None,
) -> Detection:
    """Match the candidates of a prediction with the lesions of the truth: two masks (x, y, z), voxels of `spacing` mm.

    The 26-connected pieces of a mask are its lesions; with `instances` the labels of an array of whole numbers are (a bool
    array stays a mask). `prediction=None` is a case whose prediction is missing: every lesion is missed. `confidence` is a
    soft map of the same shape; a candidate's confidence is its maximum inside it, 1 without a map. `affine` (4x4, voxels to
    RAS+ mm) places the rows in the patient; without it they are at voxel * spacing.

    - `rule="any"`: a lesion is hit when any voxel of it is predicted; a false positive is a candidate that touches no
      lesion. Lenient: one candidate may hit many lesions.
    - `rule="iou"`: a lesion is hit when a candidate overlaps it with an IoU of `min_iou` or more; a false positive is a
      candidate that overlaps no lesion so much, even if it touches one. Below 0.5 one candidate may hit several lesions.
    - `rule="hungarian"` (PI-CAI: Saha et al., Lancet Oncology 2024): among the pairs with an IoU of `min_iou` or more, each
      lesion gets at most one candidate and each candidate at most one lesion: as many matches as possible, then the
      largest total IoU. A candidate left over that has such a pair is ignored; a false positive is one that has none.

    Of several candidates that hit a lesion, the table names the most confident. InputError: arrays that are no masks,
    other shapes, a confidence in a candidate that is not finite or not above 0, an affine of another spacing.
    """
    if rule not in RULES:
        raise InputError(f"rule={rule!r}: choose one of {', '.join(RULES)}")
    if not isinstance(min_iou, int | float) or not 0 < min_iou <= 1:
        raise InputError(f"min_iou={min_iou!r}: give the least overlap that counts, above 0 and at most 1")
    check = check_labels if instances else check_mask
    true = check(truth, "truth")
    predicted = np.zeros_like(true) if prediction is None else check(prediction, "prediction")
    if predicted.shape != true.shape:
        raise InputError(f"prediction has shape {predicted.shape}, truth {true.shape}; bring them to one grid (al.data.regrid)")
    place = _placement(check_spacing(spacing), affine)
    frame = frame_of(true, predicted)
    lesions, candidates = (components(array, frame, instances=instances) for array in (true, predicted))
    confidences = _confidences(confidence, candidates, frame, true.shape, missing=prediction is None)
    matches = match(overlaps(lesions, candidates), confidences, lesions.count, rule, min_iou)
    return Detection(lesion_table(lesions, candidates, matches, confidences, place), rule, float(min_iou), prediction is None)


def _placement(spacing: tuple[float, float, float], affine: Any) -> np.ndarray:
    if affine is None:
        return np.diag([*spacing, 1.0])
    checked = geometry.check_affine(affine, "affine")
    if not np.allclose(geometry.spacing_of(checked), spacing, rtol=1e-3):
        own = ", ".join(f"{size:g}" for size in geometry.spacing_of(checked))
        raise InputError(f"affine: its voxels are {own} mm, spacing says {', '.join(f'{size:g}' for size in spacing)}")
    return checked


def _confidences(soft: Any, of: Components, frame: Frame, shape: tuple[int, ...], *, missing: bool) -> np.ndarray:
    if soft is None:
        return np.ones(of.count)
    soft = np.asarray(soft)
    if missing or soft.shape != shape or soft.dtype.kind not in "fiu":
        given = "there is no prediction" if missing else f"this is {soft.dtype} of shape {soft.shape}, the truth has {shape}"
        raise InputError(f"confidence: give numbers on the grid of the prediction; {given}")
    inside = soft[frame.places(of.voxels)].astype(float)
    if not np.isfinite(inside).all():
        raise InputError(f"confidence: {np.count_nonzero(~np.isfinite(inside))} voxels of the candidates are NaN or infinite")
    highest = np.full(of.count, -np.inf)
    np.maximum.at(highest, of.number, inside)
    if (highest <= 0).any():
        raise InputError(
            f"confidence: candidate {of.labels[highest.argmin()]} has {highest.min():g}; a candidate's must be above 0, the "
            "value of a missed lesion"
        )
    return highest
