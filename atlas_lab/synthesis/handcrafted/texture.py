"""The texture of a tumour: blurred salt noise whose density wanders (Hu et al., CVPR 2023).

The original keeps ten volumes of 420 x 300 x 320 voxels: uniform noise, blurred by `patch_mm` and stretched to 0..1, sets the
rate of salt (one grain a mm^3), which is blurred by `grain_mm` and scaled. A blur of that width sums hundreds of grains,
so what comes out is, but for a skewness of a few per cent, the sum of two Gaussian random fields whose widths and
strengths follow from these numbers. They are drawn here for the tumour's own voxels: on a lattice as coarse as the
field is smooth, which is exact to one in ten thousand.
"""

from collections.abc import Sequence
from math import erf, exp, hypot, pi, sqrt

import numba
import numpy as np

RATE_SPAN = (0.19, 0.21)
RATE_FLOOR = (0.04, 0.06)
MEAN = (0.5, 0.55)
COUNTED = 0.12  # blurred salt above it is what has the mean
STRETCH = 6.1  # half the range of the blurred uniform noise in such a volume, in its standard deviations: 5.96 to 6.35, measured
_BEYOND = 3  # lattice points outside, so that the field does not fade at its rim


def texture(
    offsets: Sequence[np.ndarray],
    reach_mm: np.ndarray,
    patch_mm: float,
    grain_mm: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Float32 (x, y, z) in 0..1, about 0.52 on average over many tumours.

    `offsets` mm from the tumour's centre, one array an axis; `reach_mm` (3,) how far the field is drawn: beyond it fades to
    its mean. `patch_mm` and `grain_mm` are the widths of the two blurs.
    """
    span, floor, mean = rng.uniform(*RATE_SPAN), rng.uniform(*RATE_FLOOR), rng.uniform(*MEAN)
    rate = span / 2 + floor
    patches, grains = strengths(rate, span, patch_mm, grain_mm)
    scale = mean / mean_above(COUNTED, rate, hypot(patches, grains))
    out = np.full([mm.size for mm in offsets], scale * rate, np.float32)
    for width, strength in ((hypot(patch_mm, grain_mm), patches), (grain_mm, grains)):
        _add_field(out, scale * strength, width, offsets, reach_mm, rng)
    return np.clip(out, 0, 1, out=out)


def strengths(rate: float, span: float, patch_mm: float, grain_mm: float, stretch: float = STRETCH) -> tuple[float, float]:
    """Standard deviations of the blurred salt that its wandering rate brings, and that single grains bring.

    Blurring a field of width a by b divides its standard deviation by (1 + b^2/a^2)^(3/4), white noise's by (4 pi b^2)^(3/4).
    """
    patches = span / (2 * stretch) * (patch_mm / hypot(patch_mm, grain_mm)) ** 1.5
    return patches, sqrt(rate * (1 - rate)) / (4 * pi * grain_mm**2) ** 0.75


def mean_above(threshold: float, mean: float, sd: float) -> float:
    """Mean of a normal distribution's values above a threshold."""
    at = (threshold - mean) / sd
    return mean + sd * exp(-0.5 * at * at) / sqrt(2 * pi) / (0.5 - 0.5 * erf(at / sqrt(2)))


def _add_field(
    out: np.ndarray,
    strength: float,
    width: float,
    offsets: Sequence[np.ndarray],
    reach_mm: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Adds a Gaussian random field of this standard deviation, such as white noise blurred by `width` mm has it."""
    counts = [int(np.ceil(reach / width)) + _BEYOND for reach in reach_mm]
    weights = [
        np.exp(-0.5 * (mm[None] / width - np.arange(-n, n + 1)[:, None]) ** 2).astype(np.float32)
        for mm, n in zip(offsets, counts, strict=True)
    ]
    points = rng.standard_normal([2 * n + 1 for n in counts], dtype=np.float32)
    _expand(points * np.float32(strength / pi**0.75), weights[0], weights[1], weights[2], out)


@numba.njit(cache=True, nogil=True)
def _expand(points: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray, out: np.ndarray) -> None:
    """Adds the sum over lattice points of value times weight along x, y and z; weights are (points, voxels)."""
    a, b, c = points.shape
    rows = np.zeros((a, b, z.shape[1]), np.float32)
    for i in range(a):
        for j in range(b):
            for n in range(c):
                for k in range(z.shape[1]):
                    rows[i, j, k] += points[i, j, n] * z[n, k]
    planes = np.zeros((a, y.shape[1], z.shape[1]), np.float32)
    for i in range(a):
        for j in range(y.shape[1]):
            for n in range(b):
                for k in range(z.shape[1]):
                    planes[i, j, k] += y[n, j] * rows[i, n, k]
    for i in range(x.shape[1]):
        for n in range(a):
            for j in range(y.shape[1]):
                for k in range(z.shape[1]):
                    out[i, j, k] += x[n, i] * planes[n, j, k]
