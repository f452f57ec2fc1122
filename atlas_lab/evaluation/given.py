"""What is given to be compared: checked at the door, in the user's words."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from atlas_lab.errors import InputError

Spacing = tuple[float, float, float]


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
    array = np.asarray(labels)
    if array.ndim != 3:
        raise InputError(f"{what}: needs three axes (x, y, z), this has shape {array.shape}")
    if array.dtype.kind not in "biu":
        raise InputError(f"{what}: needs bools or whole numbers, not {array.dtype}; threshold soft values first")
    if array.dtype.kind == "i" and array.min(initial=0) < 0:
        raise InputError(f"{what}: holds the negative label {array.min()}; labels are 0 (background) and up")
    return array


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
        if not isinstance(given[name], int | float) or not 0 <= given[name] < np.inf:
            raise InputError(f"tolerance_mm={given[name]!r}: give a number of mm, 0 or more")
    return {name: float(given[name]) for name in names}
