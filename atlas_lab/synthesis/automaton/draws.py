"""Random numbers without a state: a hash of seed, step, try and cell, in integers, so that they hang on nothing else.

Everything here runs as it stands on NumPy int64 arrays, on torch int64 tensors of any device and compiled by numba.
"""

from typing import Any

NEIGHBOURS = 27  # a cell's 3 × 3 × 3 surroundings, itself included
ALL = 1 << 32  # draws are whole numbers below this

_LOW = ALL - 1


def mix(x: Any) -> Any:
    """A hash of whole numbers below 2³² onto themselves, one to one (Wellons, lowbias32, 2018)."""
    x = (x ^ (x >> 16)) * 0x7FEB352D & _LOW
    x = (x ^ (x >> 15)) * 0x846CA68B & _LOW
    return x ^ (x >> 16)


def draw_key(seed: int, step: int, attempt: int) -> int:
    """What stands for one try of one step in the draws of all cells; `draw = mix(mix(cell) ^ key)`."""
    return int(mix(mix(seed & _LOW) ^ mix(4 * step + attempt + 1)))
