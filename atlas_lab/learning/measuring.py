"""How well a model does on prepared cases, on the grid it was trained on."""

from collections.abc import Callable, Sequence

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.prior import dice
from atlas_lab.learning.inference import predict_masks
from atlas_lab.learning.model import Model
from atlas_lab.learning.patches import PreparedCases
from atlas_lab.learning.patches.prepared import PreparedCase

Saw = Callable[[PreparedCase, Sequence[CroppedMask]], None]


def dsc_by_case(model: Model, cases: PreparedCases, saw: Saw | None = None) -> dict[str, dict[str, float]]:
    """The DSC of each of the model's classes (which are those of `cases`) in each case that is annotated for it and has it.

    `saw` is told each case with the model's masks.
    """
    found: dict[str, dict[str, float]] = {name: {} for name in model.classes}
    for case in cases:
        hu, bits = np.asarray(case.hu), np.asarray(case.bits)
        masks = predict_masks(model, hu)
        if saw is not None:
            saw(case, masks)
        for c, (name, mask) in enumerate(zip(model.classes, masks, strict=True)):
            truth = (bits >> c) & 1 == 1
            if case.known[c] and truth.any():
                found[name][case.id] = dice(truth, mask.full)
    return found
