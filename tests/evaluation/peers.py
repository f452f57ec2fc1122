"""What the tools that the literature uses say of a pair of masks."""

import warnings

import numpy as np
import pytest
import torch
from monai.metrics import (
    compute_average_surface_distance,
    compute_dice,
    compute_hausdorff_distance,
    compute_surface_dice,
)


def deepmind(prediction, truth, spacing, tolerance_mm):
    """DSC, NSD, HD, HD95 and ASSD (mean of the two directions) of surface-distance 0.1."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks SciPy for old namespaces, and divides by zero on empty masks
        patch.setattr(np, "Inf", np.inf, raising=False)  # NumPy 2 has only the other spelling
        patch.setattr(np, "NaN", np.nan, raising=False)
        import surface_distance as peer

        found = peer.compute_surface_distances(truth, prediction, spacing)
        one, other = peer.compute_average_surface_distance(found)
        return {
            "dsc": peer.compute_dice_coefficient(truth, prediction),
            "nsd": peer.compute_surface_dice_at_tolerance(found, tolerance_mm),
            "hd": peer.compute_robust_hausdorff(found, 100),
            "hd95": peer.compute_robust_hausdorff(found, 95),
            "assd": (one + other) / 2 if truth.any() and prediction.any() else np.inf,
        }


def monai(prediction, truth, spacing, tolerance_mm, *, subvoxels=False):
    """The same of MONAI, whose distances are float32; both masks need voxels."""
    pair = [torch.from_numpy(np.ascontiguousarray(mask))[None, None].float() for mask in (prediction, truth)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "dsc": float(compute_dice(*pair)),
            "nsd": float(compute_surface_dice(*pair, [tolerance_mm], spacing=spacing, use_subvoxels=subvoxels)),
            "hd": float(compute_hausdorff_distance(*pair, spacing=spacing)),
            "hd95": float(compute_hausdorff_distance(*pair, spacing=spacing, percentile=95)),
            "assd": float(compute_average_surface_distance(*pair, symmetric=True, spacing=spacing)),
        }
