"""Numbers as they come in: checked, and turned into plain ones, which a record can hold."""

from numbers import Integral, Real
from typing import Any

import numpy as np

from atlas_lab.errors import InputError


def is_number(value: object) -> bool:
    """A finite number, NumPy's too, and no boolean."""
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(float(value)))


def is_whole(value: object, least: int) -> bool:
    """A whole number from `least` on, NumPy's too, and no boolean."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def checked_whole(name: str, value: Any, least: int) -> int:
    """The number as a plain one. InputError, which starts with its name: no whole number, or one below the least."""
    if not is_whole(value, least):
        raise InputError(f"{name}={value!r}: give a whole number, {least} or more")
    return int(value)


def plain_number(value: Any) -> Any:
    """NumPy's number as the plain one of the same value, which JSON takes; what is no number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)
