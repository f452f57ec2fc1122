"""What segmentation is trained on: binary cross-entropy and Dice, class by class, over what is known."""

from typing import NamedTuple

import torch

from atlas_lab.learning.training.class_sums import class_sums

SMOOTH = 1.0  # SuPreM adds it to the denominator alone


class Parts(NamedTuple):
    """Both parts of the loss, scalars in float32."""

    bce: torch.Tensor
    dice: torch.Tensor


def bce_dice(logits: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> Parts:
    """Cross-entropy and Dice of multi-label logits (B, C, X, Y, Z), equally weighted by whoever adds them (SuPreM, ICLR 2024).

    `target` is bool of the same shape, `known` bool (B, C): of a class that a case is not annotated for neither part says
    anything. The cross-entropy is the mean over every known class of every sample, the Dice loss that over those which
    are in the patch, each over its whole volume (the published code takes slab by slab, which a perfect answer cannot
    satisfy). Nothing known, or nothing in the patch: 0. Its gradient is that of logits alone, and can be taken once.
    """
    sums = class_sums(logits, target, known)
    voxels = logits[0, 0].numel()
    dice = 1 - 2 * sums.overlap / (sums.covered + sums.truth + SMOOTH)
    return Parts(_mean((sums.softplus - sums.inside) / voxels, known), _mean(dice, known & (sums.truth > 0)))


def _mean(values: torch.Tensor, of: torch.Tensor) -> torch.Tensor:
    weights = of.to(values.dtype)
    return (values * weights).sum() / weights.sum().clamp_min(1)
