"""DSC, NSD, HD95 and ASSD of all labels of a pair, by the tools that the literature uses: rows of four numbers a label."""

import contextlib
import io
import warnings
from typing import Any

import numpy as np

from benchmarks.metrics_maps import Pair

COLUMNS = ("dsc", "nsd", "hd95", "assd")
vars(np).update(Inf=np.inf, NaN=np.nan)  # surface-distance 0.1 has the spellings that NumPy 2 took away


def surface_distance(pair: Pair) -> np.ndarray:
    """DeepMind's, label by label."""
    import surface_distance as peer

    rows = []
    for prediction, truth in pair.masks():
        found = peer.compute_surface_distances(truth, prediction, pair.spacing)
        rows.append(
            (
                peer.compute_dice_coefficient(truth, prediction),
                peer.compute_surface_dice_at_tolerance(found, pair.tolerance_mm),
                peer.compute_robust_hausdorff(found, 95),
                np.mean(peer.compute_average_surface_distance(found)),
            )
        )
    return np.array(rows)


def one_hot(pair: Pair) -> list[Any]:
    """What MONAI takes: float32 tensors (1, labels, x, y, z)."""
    import torch

    labels = torch.arange(1, pair.count + 1)[:, None, None, None]
    return [(torch.from_numpy(map)[None] == labels).float()[None] for map in (pair.prediction, pair.truth)]


def monai(pair: Pair, tensors: list[Any]) -> np.ndarray:
    """MONAI's four metrics of what `one_hot` made."""
    from monai import metrics

    given: dict[str, Any] = {"spacing": pair.spacing, "include_background": True}  # the first label is none
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [
            metrics.compute_dice(*tensors),
            metrics.compute_surface_dice(*tensors, [pair.tolerance_mm] * pair.count, **given),
            metrics.compute_hausdorff_distance(*tensors, percentile=95, **given),
            metrics.compute_average_surface_distance(*tensors, symmetric=True, **given),
        ]
    return np.stack([values[0].numpy() for values in found], axis=1)


def exacta(pair: Pair) -> np.ndarray:
    """exacta's one call for all four, in DeepMind's convention."""
    from exacta import functional

    wanted = {
        "dice": {},
        "nsd": {"surface": "surfels", "tolerance": pair.tolerance_mm},
        "hd95": {"surface": "surfels"},
        "assd": {"surface": "surfels", "combine": "mean"},
    }
    found = functional.evaluate(
        pair.prediction[None], pair.truth[None], metrics=wanted, spacing=pair.spacing, num_classes=pair.count + 1,
        include_background=False,
    )  # fmt: skip
    return np.stack([np.asarray(found[name])[0] for name in wanted], axis=1)


def panoptica(pair: Pair) -> np.ndarray:
    """panoptica's, of labels that are matched by their number; one row: the means over the labels that both maps have."""
    from panoptica import InputType, Metric, Panoptica_Evaluator

    with contextlib.redirect_stdout(io.StringIO()):
        evaluator = Panoptica_Evaluator(
            expected_input=InputType.MATCHED_INSTANCE, instance_metrics=[Metric.DSC, Metric.NSD, Metric.HD95, Metric.ASSD]
        )
        found = evaluator.evaluate(pair.prediction, pair.truth, voxelspacing=pair.spacing, result_all=False)["ungrouped"]
    return np.array([[found.sq_dsc, found.sq_nsd, found.sq_hd95, found.sq_assd]])
