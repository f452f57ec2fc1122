"""What is given to be compared: checked at the door, in the user's words."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from atlas_lab.errors import InputError

Spacing = tuple[float, float, float]

_LARGEST = np.iinfo(np.int64).max


def check_spacing(spacing: Any) -> Spacing:
    """Voxel size in mm along x, y and z. InputError: not three numbers that are finite and above 0."""
    try:
        values = tuple(float(value) for value in spacing)
    except (TypeError, ValueError):
        values = ()
    if len(values) != 3 or not all(np.isfinite(value) and value > 0 for value in values):
        raise InputError(f"spacing={spacing!r}: give the voxel size in mm along x, y and z, three numbers above 0")
    return values[0], values[1], values[2]


def check_labels(labels: Any, what: str) -> np.ndarray:
    """An array (x, y, z) of bools or of whole numbers from 0. InputError: not 3-D, other values."""
    array = np.asarray(None if isinstance(labels, Mapping) else labels)
    if array.dtype.kind in "OUS":
        raise InputError(f"{what}: needs an array (x, y, z), not {_called(labels)}")
    if array.ndim != 3:
        advice = "; one-hot channels? take the argmax, or give masks by name" if array.ndim == 4 else ""
        raise InputError(f"{what}: needs three axes (x, y, z), this has shape {array.shape}{advice}")
    if array.dtype.kind not in "biu":
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise InputError(f"{what}: holds NaN or infinite values; a mask has bools or whole numbers")
        whole = array.dtype.kind == "f" and (array == np.floor(array)).all()
        advice = "these are whole: .astype(int)" if whole else "threshold soft values first"
        raise InputError(f"{what}: needs bools or whole numbers, not {array.dtype}; {advice}")
    if array.dtype.kind == "i" and array.min(initial=0) < 0:
        raise InputError(f"{what}: holds the negative label {array.min()}; labels are 0 (background) and up")
    if array.dtype == np.uint64 and array.max(initial=0) > _LARGEST:
        raise InputError(f"{what}: holds the label {array.max()}; labels go up to {_LARGEST}")
    return array


def check_names(structures: Mapping[Any, Any]) -> Mapping[str, int]:
    """Name → label. InputError: the other way round, a label that is no whole number above 0."""
    for name, label in structures.items():
        if isinstance(label, str) and isinstance(name, int):
            raise InputError(f"structures={{{name}: {label!r}, …}}: give the name first, {{{label!r}: {name}}}")
        if isinstance(label, bool) or not isinstance(label, int | np.integer) or label < 1:
            raise InputError(f"structures: {name!r} has the label {label!r}; labels are whole numbers from 1 (0 is background)")
    return structures


def check_mask(mask: Any, what: str) -> np.ndarray:
    """A bool array (x, y, z); whole numbers count as "not 0". InputError: as `check_labels`."""
    array = check_labels(mask, what)
    return array if array.dtype == bool else array != 0


def check_tolerances(given: float | Mapping[Any, float] | None, names: Iterable[Any]) -> dict[Any, float]:
    """Structure → mm of each name, the same for all where one number is given; empty for None.

    InputError: a structure without one, a tolerance that is no number from 0.
    """
    if given is None:
        return {}
    names = list(names)
    if not isinstance(given, Mapping):
        given = dict.fromkeys(names, given)
    if lacking := [str(name) for name in names if name not in given]:
        raise InputError(f"tolerance_mm: has nothing for {', '.join(lacking)}")
    for name in names:
        if isinstance(given[name], bool) or not isinstance(given[name], int | float) or not 0 <= given[name] < np.inf:
            raise InputError(f"tolerance_mm={given[name]!r}: give a number of mm, 0 or more")
    return {name: float(given[name]) for name in names}


def _called(value: Any) -> str:
    if isinstance(value, str | os.PathLike):
        return f"the path {os.fspath(value)!r}; al.evaluation.evaluate scores folders of files, al.Case.open opens a case"
    if isinstance(value, Mapping):
        return f"a {type(value).__name__}; take one mask out of it by its name"
    return f"a {type(value).__name__}"
