"""What a model sees on its own grid: a mask for each class, and its probabilities where they are asked for."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.backbones.unet import UNet
from atlas_lab.learning.heads import Universal
from atlas_lab.learning.inference.pieces import Pieces
from atlas_lab.learning.inference.sliding import sliding_window
from atlas_lab.learning.inference.soft import Crop
from atlas_lab.learning.model import Model


class Seen(NamedTuple):
    """A mask a class, and its probabilities as uint8 (p = value / 255), or none at all."""

    masks: list[CroppedMask]
    soft: list[Crop]


def see(
    model: Model,
    hu: np.ndarray,
    *,
    overlap: float = 0.5,
    batch_size: int = 1,
    flips: Sequence[int] = (),
    classes: Sequence[str] | None = None,
    soft: bool = False,
    progress: bool = False,
) -> Seen:
    """Masks of `classes` (default: all) for int16 HU (x, y, z) at the model's spacing, and probabilities with `soft`.

    No array of classes times volume exists: of each class the box around it is kept. The options are those of `sliding_window`.
    """
    network = model.network
    rows = [model.classes.index(name) for name in classes or model.classes]
    masks, probabilities = [Pieces(bool) for _ in rows], [Pieces(np.uint8) for _ in rows]
    was_training = network.training
    network.eval()
    if _normalises_by_batch(network):
        batch_size = 1  # else what is seen in a window would depend on the others
    try:
        slabs = sliding_window(network, hu, model.window, model.patch, overlap=overlap, batch_size=batch_size, flips=flips)
        planes = max(hu.shape)
        with tqdm(total=planes, desc="predict", unit="plane", disable=not progress) as bar:
            for slab in slabs:
                inside = slab.inside.cpu().numpy()
                for mask, row in zip(masks, rows, strict=True):
                    mask.add(slab.first, slab.axis, inside[row])
                for probability, row in zip(probabilities, rows if soft else [], strict=False):
                    probability.add(slab.first, slab.axis, slab.probability(row).cpu().numpy())
                bar.update(slab.first + inside.shape[1 + slab.axis] - bar.n)
            bar.update(planes - bar.n)
    finally:
        network.train(was_training)
    found = [CroppedMask(hu.shape, *mask.joined()) for mask in masks]
    return Seen(found, [Crop(*probability.joined()) for probability in probabilities] if soft else [])


def _normalises_by_batch(network: Backbone | Universal) -> bool:
    backbone = network.backbone if isinstance(network, Universal) else network
    return isinstance(backbone, UNet) and backbone.batch_statistics


def predict_masks(model: Model, hu: np.ndarray, *, overlap: float = 0.5, batch_size: int = 1) -> list[CroppedMask]:
    """A mask for each class, for int16 HU (x, y, z) at the model's spacing."""
    return see(model, hu, overlap=overlap, batch_size=batch_size).masks
