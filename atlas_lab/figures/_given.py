"""What a user hands to a figure, checked at the door."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from atlas_lab.data import geometry
from atlas_lab.data.case import Case, no_labels
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask, as_mask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, nearest
from atlas_lab.figures.planes import expand


def parts(image: Case | Volume) -> tuple[Volume, LabelMap]:
    """The CT and the labels of what a user hands to a figure or viewer."""
    if isinstance(image, Case):
        return image.ct, image.labels
    if isinstance(image, Volume):
        return image, no_labels(image)
    raise InputError(
        f"{type(image).__name__} is neither a Case nor a Volume; al.Case.open(path) opens one, al.Volume(array, affine) makes one"
    )


def cases_of(cases: Case | Iterable[Case]) -> Iterable[Case]:
    """One case as an iterable of it, anything else as it is."""
    return [cases] if isinstance(cases, Case) else cases


def labels_on(volume: Volume, given: Any, what: str) -> LabelMap:
    """The label map of a LabelMap or Case that lies on the grid of `volume`; InputError calls it `what`."""
    labels = given.labels if isinstance(given, Case) else given
    if not isinstance(labels, LabelMap):
        raise InputError(f"{what}: {type(labels).__name__} is neither a LabelMap nor a Case")
    if not geometry.same_grid(labels.shape, labels.affine, volume.shape, volume.affine):
        raise InputError(
            f"{what}: lies on another grid than the CT (shapes {labels.shape} and {volume.shape}); resample it first"
        )
    return labels


def mask_on(volume: Volume, given: Any, structure: str | None, what: str) -> CroppedMask:
    """One mask on the grid of `volume`: a bool array, or a structure or organ of a LabelMap or Case.

    InputError calls it `what`: another grid, no structure named, a structure that is not annotated.
    """
    if not isinstance(given, LabelMap | Case):
        mask = as_mask(np.asarray(given), what)
        if mask.shape != volume.shape:
            raise InputError(f"{what}: the mask has shape {mask.shape}, but the CT has {volume.shape}")
        return CroppedMask.of(mask)
    labels = labels_on(volume, given, what)
    if structure is None:
        raise InputError(f"{what}: is a label map, so name the structure to look at with structure=")
    union = np.zeros(volume.shape, dtype=bool)
    for name in expand(structure, labels):
        part = labels.cropped(name)
        union[part.box] |= part.crop
    return CroppedMask.of(union)


def annotated_somewhere(cases: Sequence[Case], chosen: str | Iterable[str]) -> list[str]:
    """Structures (an organ's name is both sides) in the order given; InputError: one that no case is annotated for."""
    known = {name for case in cases for name in case.labels}
    names = [part for name in ([chosen] if isinstance(chosen, str) else chosen) for part in expand(name, known)]
    for name in names:
        if name not in known:
            close = nearest(name, known) or f"annotated are {', '.join(sorted(known)) or 'none'}"
            raise InputError(f"none of these cases is annotated for {name!r}: {close.rstrip()}")
    return names


def check_opacity(opacity: float) -> float:
    """InputError: not from 0 to 1."""
    if not 0 <= opacity <= 1:
        raise InputError(f"opacity={opacity} must be from 0 (outlines only) to 1 (the CT is hidden)")
    return opacity


def check_limit(limit: int) -> int:
    """InputError: below 1."""
    if limit < 1:
        raise InputError(f"limit={limit} must be at least 1")
    return limit
