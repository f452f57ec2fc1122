"""`predict`: the structures that a model sees in a CT."""

from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.regrid import regrid
from atlas_lab.data.transforms import resample
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.learning.inference.sliding import AIR, sliding_window
from atlas_lab.learning.model import Model


def predict(model: Model, image: Case | Volume, *, overlap: float = 0.5, batch_size: int = 1) -> LabelMap:
    """The model's structures on the CT's own grid, each where its probability is above one half.

    The CT is resampled to the model's spacing, looked at in windows that overlap by that share, `batch_size` at a time, on the
    device the model is on, and each mask brought back by linear interpolation. A class that is nowhere is absent: its mask
    is empty. InputError: neither a Case nor a Volume, NaN in the CT, an overlap outside [0, 1).
    """
    volume = image.ct if isinstance(image, Case) else image
    if not isinstance(volume, Volume):
        raise InputError(f"predict takes a Case or a Volume, not {type(image).__name__}; al.Case.open(path) opens one")
    if not 0 <= overlap < 1:
        raise InputError(f"overlap={overlap!r}: give a share of the window, 0 or more and below 1")
    ready = resample(volume, model.spacing)
    masks = predict_masks(model, _int16(ready.array), overlap=overlap, batch_size=batch_size)
    found = LabelMap(
        {name: mask_of(mask) for name, mask in zip(model.classes, masks, strict=True)}, ready.affine, shape=ready.shape
    )
    return regrid(found, volume)


def predict_masks(model: Model, hu: np.ndarray, *, overlap: float = 0.5, batch_size: int = 1) -> list[CroppedMask]:
    """A mask for each class, for int16 HU (x, y, z) at the model's spacing."""
    network = model.network
    was_training = network.training
    network.eval()
    masks = [np.zeros(hu.shape, bool) for _ in model.classes]
    try:
        for slab in sliding_window(network, hu, model.window, model.patch, overlap=overlap, batch_size=batch_size):
            inside = (slab.logits > 0).cpu().numpy()
            for mask, part in zip(masks, inside, strict=True):
                mask[slab.first : slab.first + part.shape[0]] = part
    finally:
        network.train(was_training)
    return [CroppedMask.of(mask) for mask in masks]


def mask_of(mask: CroppedMask) -> Any:
    """A loader for a label map, which keeps the mask in its box."""
    return lambda: mask


def _int16(hu: np.ndarray) -> np.ndarray:
    if hu.dtype.kind == "f":
        if np.isnan(hu).any():
            raise InputError("the CT holds NaN; mend it first")
        return np.clip(np.rint(hu), AIR, np.iinfo(np.int16).max).astype(np.int16)
    return hu.astype(np.int16, copy=False)
