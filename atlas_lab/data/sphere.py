"""Directions spread evenly over the sphere."""

import numpy as np
import numpy.typing as npt


def directions(n: int) -> npt.NDArray[np.float64]:
    """`n` unit vectors (n, 3) on a Fibonacci spiral, from z = 1 down to z = -1; the first half of them covers a hemisphere."""
    i = np.arange(n) + 0.5
    z, angle = 1 - 2 * i / n, np.pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - z**2)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)
