"""The forms in which a prediction or a truth may be given, made alike: an array of labels, or named masks."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from atlas_lab.data import geometry
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.regrid import regrid
from atlas_lab.errors import InputError
from atlas_lab.evaluation.given import check_labels, check_mask, check_names

Given = LabelMap | Case | Mapping[str, Any] | np.ndarray
Masks = dict[str, Callable[[], CroppedMask]]


def plain(given: Given, what: str) -> LabelMap | Mapping[str, Any] | np.ndarray:
    """A case's labels, a mapping, or an array of whole numbers or bools (x, y, z). InputError calls it `what`."""
    if isinstance(given, Case):
        return given.labels
    if isinstance(given, LabelMap):
        return given
    if isinstance(given, Mapping):
        return {str(name): check_mask(mask, f"{what}, {name}") for name, mask in given.items()}
    return check_labels(given, what)


def on_one_grid(prediction: Any, truth: Any, resample: bool) -> Any:
    """The prediction, brought onto the truth's grid where that is asked for. InputError: the grids differ."""
    ours, theirs = _shape(prediction), _shape(truth)
    known = isinstance(prediction, LabelMap) and isinstance(truth, LabelMap)
    if known and geometry.same_grid(prediction.shape, prediction.affine, truth.shape, truth.affine):
        return prediction
    if known and resample:
        return regrid(prediction, truth)
    if ours is not None and theirs is not None and ours != theirs:
        turned = (
            "the axes look reversed (z, y, x): transpose one of them" if ours == theirs[::-1] else "resample one of them first"
        )
        advice = "resample=True brings the prediction onto the truth's grid" if known else turned
        raise InputError(f"the prediction has shape {ours}, but the truth has {theirs}; {advice}")
    if known:
        apart = np.abs(prediction.affine - truth.affine).max()
        raise InputError(
            f"the prediction lies elsewhere than the truth (affines differ by up to {apart:.3g}); "
            "resample=True brings it onto the truth's grid"
        )
    return prediction


def masks_of(given: Any, ids: Mapping[Any, int] | None, what: str) -> Masks:
    """Name → the mask in its box, made when it is asked for. InputError: an array of labels without names for them."""
    if isinstance(given, LabelMap):
        return {name: partial(given.cropped, name) for name in given}
    if isinstance(given, Mapping):
        return {name: partial(CroppedMask.of, mask) for name, mask in given.items()}
    if ids is None:
        raise InputError(
            f"{what}: is an array of labels, the other side has names; say which is which: structures={{'liver': 5}}"
        )
    return {str(name): partial(_labelled, given, value) for name, value in ids.items()}


def ids_of(structures: Any, *sides: Any) -> Mapping[Any, int] | None:
    """Name → label for arrays of labels: as given, or the class map of a side that has one."""
    if isinstance(structures, Mapping):
        return check_names(structures)
    return next((side.class_map for side in sides if isinstance(side, LabelMap)), None)


def names_in(given: Any, ids: Mapping[Any, int] | None) -> list[str]:
    """The structures that a side has; of an array those whose labels it holds."""
    if not isinstance(given, np.ndarray):
        return list(given)
    held = set(np.unique(given).tolist())
    return [str(name) for name, value in (ids or {}).items() if value in held]


def _labelled(labels: np.ndarray, value: int) -> CroppedMask:
    return CroppedMask.of(labels == value)


def _shape(given: Any) -> tuple[int, ...] | None:
    if isinstance(given, LabelMap | np.ndarray):
        return tuple(given.shape)
    return next((tuple(mask.shape) for mask in given.values()), None)
