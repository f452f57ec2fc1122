"""The numbers of one structure, from its voxel counts and its two surfaces."""

import math
from dataclasses import dataclass

from atlas_lab.evaluation.conventions import Convention
from atlas_lab.evaluation.surfaces import SurfacePair


@dataclass(frozen=True)
class Counts:
    """Voxels of a structure in the prediction, in the truth and in both."""

    prediction: int
    truth: int
    both: int


def overlap(counts: Counts, voxel_ml: float) -> dict[str, float]:
    """DSC, IoU, precision, recall (NaN where 0 is divided by 0), volumes in mL, voxels."""
    ours, theirs, both = counts.prediction, counts.truth, counts.both
    return {
        "dsc": _share(2 * both, ours + theirs),
        "iou": _share(both, ours + theirs - both),
        "precision": _share(both, ours),
        "recall": _share(both, theirs),
        "volume_ml": ours * voxel_ml,
        "truth_volume_ml": theirs * voxel_ml,
        "volume_difference_ml": (ours - theirs) * voxel_ml,
        "volume_difference": _share(ours - theirs, theirs),
        "voxels": ours,
        "truth_voxels": theirs,
        "common_voxels": both,
    }


def surface_metrics(pair: SurfacePair, convention: Convention, tolerance_mm: float | None) -> dict[str, float]:
    """NSD (with a tolerance in mm only), HD, HD95 and ASSD in mm.

    One surface missing: NSD 0, distances inf. Both missing: NSD NaN, distances inf.
    """
    sides = (pair.prediction, pair.truth)
    found = {}
    if tolerance_mm is not None:
        found["nsd"] = _nsd(pair, convention, tolerance_mm)
    if not all(side.mm.size for side in sides):
        return found | {"hd": math.inf, "hd95": math.inf, "assd": math.inf}
    parts = (pair.prediction + pair.truth,) if convention.direction == "pooled" else sides
    weighted = convention.percentile == "weighted"
    robust = [part.weighted_percentile(95) if weighted else part.linear_percentile(95) for part in parts]
    one = max if convention.direction == "max" else _mean
    return found | {
        "hd": one([part.largest for part in parts]),
        "hd95": one(robust),
        "assd": _assd(pair, convention),
    }


def _nsd(pair: SurfacePair, convention: Convention, tolerance_mm: float) -> float:
    close = [side.within(tolerance_mm) for side in (pair.prediction, pair.truth)]
    all_of = [side.weight for side in (pair.prediction, pair.truth)]
    if convention.nsd == "pooled" or not all(all_of):
        return _share(sum(close), sum(all_of))
    return _mean([_share(part, whole) for part, whole in zip(close, all_of, strict=True)])


def _assd(pair: SurfacePair, convention: Convention) -> float:
    totals, weights = zip(*((side.total, side.weight) for side in (pair.prediction, pair.truth)), strict=True)
    if convention.assd == "pooled":
        return sum(totals) / sum(weights)
    return _mean([total / weight for total, weight in zip(totals, weights, strict=True)])


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
