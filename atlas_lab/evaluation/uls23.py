"""The score of the Universal Lesion Segmentation Challenge 2023 (de Grauw et al., arXiv 2406.05231, 2024)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.data.prior import dice
from atlas_lab.errors import InputError
from atlas_lab.evaluation.axes import long_short_axes
from atlas_lab.evaluation.given import check_mask, check_spacing

WEIGHTS = {"dsc": 0.8, "sape_long": 0.05, "sape_short": 0.05, "consistency": 0.1}  # evaluation container, 2023
_UNITS = ("voxels", "mm")

Repeat = tuple[Any, Any, tuple[int, int, int]]


@dataclass(frozen=True)
class Uls23Score:
    """`lesions` has one row a lesion, `summary` one row a unit of the axes: "voxels" (as published) and "mm"."""

    lesions: pd.DataFrame
    summary: pd.DataFrame


def uls23_score(
    predictions: Mapping[str, Any],
    truths: Mapping[str, Any],
    spacing: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    repeats: Mapping[str, Sequence[Repeat]] | None = None,
) -> Uls23Score:
    """0.8 DSC + 0.05 (1 - SAPE of the long axis) + 0.05 (1 - SAPE of the short axis) + 0.1 consistency, each a mean.

    `predictions` and `truths` hold a mask (x, y, z) for every lesion's id, its volume of interest, with voxels of `spacing`
    mm (one for all, or by id). SAPE is |p - t| / (p + t): 1 for a lesion that is missed, 0 where both are 0. The challenge
    measures the axes in voxels, which the "mm" row corrects for lesions whose pixels are not square. `repeats` holds for every
    lesion pairs (first, second, shift) of predictions from other clicks; see `consistency_dice`. Without it the
    summary has `score_without_consistency`, the weights of the others over 0.9. InputError: ids that differ (named), a truth
    without a voxel, other shapes.
    """
    _check_ids(predictions, truths, "predictions")
    rows = {}
    for id, truth in truths.items():
        true, predicted = check_mask(truth, f"truth of {id}"), check_mask(predictions[id], f"prediction of {id}")
        if true.shape != predicted.shape or not true.any():
            raise InputError(f"{id}: the prediction must have the truth's shape {true.shape}, and the truth a voxel")
        own = check_spacing(spacing[id] if isinstance(spacing, Mapping) else spacing)
        rows[id] = {"dsc": dice(true, predicted)} | _axes(true, predicted, own)
    lesions = pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")
    if repeats is not None:
        _check_ids(repeats, truths, "repeats")
        lesions["consistency"] = [_consistency(id, repeats[id]) for id in lesions.index]
    return Uls23Score(lesions, _summary(lesions))


def consistency_dice(first: Any, second: Any, shift: tuple[int, int, int]) -> float:
    """The DSC of two predictions of one lesion from two clicks, 0 if either is empty.

    `shift` moves `second` onto `first`, in whole voxels along x, y and z; what comes in at the border repeats it, as in the
    challenge. (Its shifts are floor(mm / spacing), towards lower x and y and higher z of the file.) InputError: other
    shapes, a shift that is not three whole numbers.
    """
    a, b = check_mask(first, "first"), check_mask(second, "second")
    if a.shape != b.shape:
        raise InputError(f"first has shape {a.shape}, second {b.shape}; volumes of interest have one shape")
    if len(shift) != 3 or any(int(step) != step for step in shift):
        raise InputError(f"shift={shift!r}: give whole voxels along x, y and z")
    if not a.any() or not b.any():
        return 0.0
    sources = [np.clip(np.arange(side) - int(step), 0, side - 1) for side, step in zip(b.shape, shift, strict=True)]
    return dice(a, b[np.ix_(*sources)])


def _axes(truth: np.ndarray, prediction: np.ndarray, spacing: tuple[float, float, float]) -> dict[str, float]:
    row: dict[str, float] = {}
    for unit, size in zip(_UNITS, ((1, 1, 1), spacing), strict=True):
        true, predicted = long_short_axes(truth, size), long_short_axes(prediction, size)
        for axis in ("long", "short"):
            t, p = getattr(true, axis), getattr(predicted, axis)
            row |= {f"truth_{axis}_{unit}": t, f"prediction_{axis}_{unit}": p}
            row[f"sape_{axis}_{unit}"] = abs(p - t) / (p + t) if p + t else 0.0
    return row


def _consistency(id: str, pairs: Sequence[Repeat]) -> float:
    if not len(pairs):
        raise InputError(f"{id}: repeats has no pair of predictions; give (first, second, shift)")
    return float(np.mean([consistency_dice(first, second, shift) for first, second, shift in pairs]))


def _summary(lesions: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for unit in _UNITS:
        mean = {"dsc": lesions["dsc"].mean()} | {f"sape_{a}": lesions[f"sape_{a}_{unit}"].mean() for a in ("long", "short")}
        if "consistency" in lesions:
            mean["consistency"] = lesions["consistency"].mean()
        good = {name: 1 - value if name.startswith("sape") else value for name, value in mean.items()}
        score = sum(WEIGHTS[name] * value for name, value in good.items()) / sum(WEIGHTS[name] for name in good)
        name = "score" if "consistency" in mean else "score_without_consistency"
        rows[unit] = {"n": len(lesions)} | {key: float(value) for key, value in mean.items()} | {name: float(score)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("axes")


def _check_ids(given: Mapping[str, Any], truths: Mapping[str, Any], what: str) -> None:
    if not truths:
        raise InputError("truths: is empty; give the mask of at least one lesion")
    if differing := sorted(given.keys() ^ truths.keys()):
        raise InputError(f"{what} and truths differ in {len(differing)} lesions: {', '.join(differing[:5])}; both need the same")
