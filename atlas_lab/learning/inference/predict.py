"""`predict`: the structures that a model sees in a CT."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, TypedDict, Unpack, overload

import numpy as np
import torch

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.regrid import regrid
from atlas_lab.data.transforms import resample
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.inference.opening import ModelLike, model_of
from atlas_lab.learning.inference.postprocess import postprocess as rules
from atlas_lab.learning.inference.seeing import see
from atlas_lab.learning.inference.soft import SoftPredictions, on_grid
from atlas_lab.learning.inference.windows import AIR
from atlas_lab.learning.model import Model

Flips = bool | Sequence[int]
_MIRRORED = (1, 2)  # front to back and up to down; not x, along which a left kidney would become a right one


class Options(TypedDict, total=False):
    """What `predict` takes beside the model, the image and `soft`."""

    structures: Sequence[str] | None
    overlap: float
    batch_size: int
    flips: Flips
    postprocess: bool
    device: str | torch.device | None
    accept_licence: bool
    progress: bool


@overload
def predict(model: ModelLike, image: Case | Volume, *, soft: Literal[False] = False, **options: Unpack[Options]) -> LabelMap: ...
@overload
def predict(model: ModelLike, image: Case | Volume, *, soft: Literal[True], **options: Unpack[Options]) -> SoftPredictions: ...
def predict(
    model: ModelLike,
    image: Case | Volume,
    *,
    structures: Sequence[str] | None = None,
    overlap: float = 0.5,
    batch_size: int = 1,
    flips: Flips = False,
    postprocess: bool = False,
    soft: bool = False,
    device: str | torch.device | None = None,
    accept_licence: bool = False,
    progress: bool = True,
) -> LabelMap | SoftPredictions:
    """The model's structures on the CT's own grid, each where its probability is above one half.

    `model` is a `Model`, a checkpoint, the folder of a training, what `train` gave back, or a published name such as
    "suprem:unet" (its licence must be accepted, see `load_weights`). The CT is resampled to the model's spacing, looked
    at in windows that overlap by that share, `batch_size` at a time, and each mask brought back by linear interpolation.
    A class that is nowhere is absent: its mask is empty. `structures` are those wanted (default: what the model gives).

    `flips` averages the logits with those of mirrored windows: True mirrors front to back and up to down, a tuple names
    axes; along x (0) only where the model was trained on mirrored patients, or left becomes right. `postprocess` cleans
    the masks by what is known of each structure (see `postprocess`). `soft` gives the probabilities instead of masks.
    `device` is where to compute; a `Model` stays where it is, what is opened goes to the GPU where there is one.

    InputError: neither a Case nor a Volume, NaN in the CT, an overlap outside [0, 1), a structure that the model does not
    know, a model that cannot be opened, `soft` together with `postprocess`.
    """
    if soft and postprocess:
        raise InputError("soft=True gives probabilities, and postprocess=True cleans masks; choose one of them")
    masks, probabilities = look(
        model_of(model, structures=structures, device=device, accept_licence=accept_licence), image, structures=structures,
        overlap=overlap, batch_size=batch_size, flips=flips, postprocess=postprocess, soft=soft, progress=progress,
    )  # fmt: skip
    return masks if probabilities is None else probabilities


def look(
    model: Model,
    image: Case | Volume,
    *,
    structures: Sequence[str] | None = None,
    overlap: float = 0.5,
    batch_size: int = 1,
    flips: Flips = False,
    postprocess: bool = False,
    soft: bool = False,
    progress: bool = False,
) -> tuple[LabelMap, SoftPredictions | None]:
    """Masks, and with `soft` the probabilities of the same pass; see `predict`."""
    volume = image.ct if isinstance(image, Case) else image
    if not isinstance(volume, Volume):
        raise InputError(f"predict takes a Case or a Volume, not {type(image).__name__}; al.Case.open(path) opens one")
    if not 0 <= overlap < 1:
        raise InputError(f"overlap={overlap!r}: give a share of the window, 0 or more and below 1")
    names = known_structures(model, structures)
    grid = resample(LabelMap({}, volume.affine, shape=volume.shape), model.spacing)
    seen = see(
        model, _hu(volume, grid), overlap=overlap, batch_size=batch_size, flips=_axes(flips), classes=names, soft=soft,
        progress=progress,
    )  # fmt: skip
    found = LabelMap({n: _brings(m) for n, m in zip(names, seen.masks, strict=True)}, grid.affine, shape=grid.shape)
    masks = regrid(rules(found) if postprocess else found, volume)
    if not soft:
        return masks, None
    values = {n: partial(on_grid, crop, grid.shape, grid.affine, volume) for n, crop in zip(names, seen.soft, strict=True)}
    return masks, SoftPredictions(values, volume.affine, volume.shape, disk=volume.disk)


def _brings(mask: CroppedMask) -> Any:
    """A loader for a label map, which keeps the mask in its box."""
    return lambda: mask


def _hu(volume: Volume, grid: LabelMap) -> np.ndarray:
    """int16 (x, y, z) on the grid, as a training prepares it; no float copy of a whole CT of whole numbers exists."""
    if volume.array.dtype.kind == "f" and (missing := int(np.isnan(volume.array).sum())):
        raise InputError(f"the CT holds NaN in {missing} voxels; repair the file or leave it out")
    like = Volume(np.broadcast_to(np.int16(0), grid.shape), grid.affine)
    hu = regrid(volume, like, outside=0.0).array  # the grid lies within the CT's field of view: there is no outside
    if hu.dtype != np.int16:
        hu = np.clip(np.rint(hu), AIR, np.iinfo(np.int16).max)
    return np.ascontiguousarray(hu, dtype=np.int16)


def known_structures(model: Model, structures: Sequence[str] | None) -> tuple[str, ...]:
    """Those, or all that the model gives. InputError: one that it does not."""
    names = tuple(structures) if structures is not None else model.classes
    for name in names:
        if name not in model.classes:
            raise InputError(f"the model knows no {name!r}: {nearest(name, model.classes)}it gives {', '.join(model.classes)}")
    return names


def _axes(flips: Flips) -> tuple[int, ...]:
    if isinstance(flips, bool):
        return _MIRRORED if flips else ()
    axes = tuple(dict.fromkeys(flips))
    if not set(axes) <= {0, 1, 2}:
        raise InputError(f"flips={flips!r}: give True, False or axes out of 0, 1 and 2")
    return axes
