"""One case: its prediction against its truth, with what could not be read said, not hidden."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from atlas_lab.data import geometry
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.regrid import regrid
from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.naming import Names
from atlas_lab.evaluation.folders.opening import Held, Unread, held, open_source, readable
from atlas_lab.evaluation.folders.sources import Source
from atlas_lab.evaluation.lesions import Detection, detect
from atlas_lab.evaluation.scoring import score

_LESION = re.compile(r"(^|_)(tumou?rs?|lesions?|cysts?|metastas[ei]s|cancers?)$")


@dataclass(frozen=True)
class Options:
    """What decides a score beside the files; its `repr` is part of the key under which a result is kept."""

    names: Names
    structures: tuple[str, ...] | None
    tolerance_mm: float | tuple[tuple[str, float], ...] | None
    convention: tuple[tuple[str, str], ...]
    resample: bool
    tumors: tuple[str, ...] | None
    version: str

    def is_lesion(self, structure: str) -> bool:
        """Whether the lesions of a structure are counted: those named, or what its name says."""
        return structure in self.tumors if self.tumors is not None else _LESION.search(structure.lower()) is not None


@dataclass(frozen=True)
class Pair:
    """The truth of a case and its prediction, which may be missing. Its `repr` changes when a file does."""

    id: str
    truth: Source
    prediction: Source | None


@dataclass(frozen=True)
class Opened:
    """Both sides of a case on one grid; `unread` is what of the prediction, and of the truth, could not be used.

    `names` are the structures that either side has, also those that nobody asked for.
    """

    truth: LabelMap
    prediction: LabelMap | None
    unread_prediction: Unread
    unread_truth: Unread
    names: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """The rows of a case (see `score`; None without a structure), its lesions by structure, and what could not be used.

    `predicted` says whether there was a prediction at all that could be used, `held_…` what ids a flat file has.
    """

    table: pd.DataFrame | None
    detections: dict[str, Detection]
    unread_prediction: Unread
    unread_truth: Unread
    predicted: bool
    names: tuple[str, ...]
    held_prediction: Held | None
    held_truth: Held | None


def open_pair(pair: Pair, options: Options) -> Opened:
    """Both sides of a case. InputError: nothing of the truth can be read."""
    given = open_source(pair.truth, options.names, pair.prediction)
    truth, unread_truth = readable(given, options.structures)
    if "" in unread_truth:
        raise InputError(unread_truth[""])
    if pair.prediction is None:
        return Opened(truth, None, {}, unread_truth, tuple(given))
    try:
        other = open_source(pair.prediction, options.names, pair.truth)
    except InputError as error:
        return Opened(truth, None, {"": str(error)}, unread_truth, tuple(given))
    predicted, unread = readable(other, options.structures)
    names = tuple(dict.fromkeys([*given, *other]))
    if "" in unread:
        return Opened(truth, None, unread, unread_truth, names)
    if not geometry.same_grid(predicted.shape, predicted.affine, truth.shape, truth.affine):
        if not options.resample:
            return Opened(truth, None, {"": _apart(predicted, truth)}, unread_truth, names)
        predicted = regrid(predicted, truth)
    return Opened(truth, predicted, unread, unread_truth, names)


def score_pair(pair: Pair, *, options: Options) -> Scored:
    """Score a case. A prediction, or a structure of it, that is missing or cannot be used scores like an empty one."""
    opened = open_pair(pair, options)
    truth, predicted = opened.truth, opened.prediction
    names = [*truth, *(name for name in predicted or () if name not in truth)]
    given = options.tolerance_mm
    tolerance: float | Mapping[str, float] | None = dict(given) if isinstance(given, tuple) else given
    convention: dict[str, Any] = dict(options.convention)
    other: Any = predicted if predicted is not None else {}
    table = score(other, truth, structures=names, tolerance_mm=tolerance, **convention) if names else None
    detections = {name: _detected(predicted, truth, name) for name in truth if options.is_lesion(name)}
    return Scored(
        table, detections, opened.unread_prediction, opened.unread_truth, predicted is not None, opened.names,
        held(pair.prediction, options.names), held(pair.truth, options.names),
    )  # fmt: skip


def _detected(predicted: LabelMap | None, truth: LabelMap, name: str) -> Detection:
    mask = predicted[name] if predicted is not None and name in predicted else None
    return detect(mask, truth[name], truth.spacing, affine=truth.affine)


def _apart(predicted: LabelMap, truth: LabelMap) -> str:
    if predicted.shape != truth.shape:
        return f"another grid: shape {predicted.shape}, the truth has {truth.shape} (x, y, z in RAS+); resample it"
    mm = abs(predicted.affine - truth.affine).max()
    return f"another grid: the affines differ by up to {mm:.3g}; resample it"
