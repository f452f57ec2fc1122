"""What is given to a statistic: checked at the door, in the user's words."""

from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError


def check_numbers(values: Any, what: str) -> np.ndarray:
    """A float array with one axis. InputError: other axes, empty, not numbers, NaN or infinite (how many)."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{what}: holds something that is not a number") from None
    if array.ndim != 1:
        raise InputError(f"{what}: give a list of numbers, not an array of shape {array.shape}")
    if not array.size:
        raise InputError(f"{what}: is empty")
    if unusable := int(np.count_nonzero(~np.isfinite(array))):
        raise InputError(
            f"{what}: {unusable} of {array.size} values are NaN or infinite; leave those cases out, or give them the worst value"
        )
    return array


def check_pairs(a: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    """Two float arrays of one length. InputError: other lengths, Series whose cases differ or stand in another order."""
    if isinstance(a, pd.Series) and isinstance(b, pd.Series) and len(a) == len(b) and not a.index.equals(b.index):
        raise InputError("a and b: their cases differ or stand in another order; bring b into a's order with b.loc[a.index]")
    first, second = check_numbers(a, "a"), check_numbers(b, "b")
    if len(first) != len(second):
        raise InputError(f"a has {len(first)} values and b has {len(second)}; pairs need the same cases in the same order")
    return first, second


def check_share(share: float, what: str) -> float:
    """A number between 0 and 1, both excluded; InputError otherwise."""
    if not isinstance(share, int | float) or not 0 < share < 1:
        raise InputError(f"{what}={share!r} must be between 0 and 1, such as 0.95")
    return float(share)


def check_choice(name: str, choices: tuple[str, ...], what: str) -> str:
    """InputError: a name that is not among the choices."""
    if name not in choices:
        raise InputError(f"{what}={name!r}: choose one of {', '.join(choices)}")
    return name
