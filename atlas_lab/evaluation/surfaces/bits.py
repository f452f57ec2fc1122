"""The lowest and the highest set bit of 64, one machine instruction each."""

import numba
import numpy as np
from numba.cpython.unsafe.numbers import leading_zeros, trailing_zeros


@numba.njit(cache=True, nogil=True)
def lowest_bit(word: np.uint64) -> int:
    """The place (0 to 63) of the lowest set bit; 64 where none is set."""
    place: int = np.int64(trailing_zeros(word))  # type: ignore[call-arg, assignment]
    return place


@numba.njit(cache=True, nogil=True)
def highest_bit(word: np.uint64) -> int:
    """The place (0 to 63) of the highest set bit; -1 where none is set."""
    place: int = 63 - np.int64(leading_zeros(word))  # type: ignore[call-arg, assignment]
    return place
