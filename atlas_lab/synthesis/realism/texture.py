"""Texture: how often two HU stand side by side (Haralick et al., IEEE SMC 1973), in 3-D."""

import itertools
from collections.abc import Iterable

import numpy as np

LEVELS = 16
WINDOW_HU = (-160.0, 160.0)  # around the organ's level: 20 HU a grey level
STEPS = tuple(step for step in itertools.product((-1, 0, 1), repeat=3) if step > (0, 0, 0))  # 13, the others are opposite


def grey_levels(relative: np.ndarray) -> np.ndarray:
    """HU above the organ in 16 grey levels of 20 HU, int (x, y, z); what lies beyond the window takes its ends."""
    low, high = WINDOW_HU
    return np.clip((relative - low) * (LEVELS / (high - low)), 0, LEVELS - 1).astype(np.intp)


def cooccurrence(levels: np.ndarray, mask: np.ndarray, steps: Iterable[tuple[int, ...]] = STEPS) -> np.ndarray:
    """How often grey levels i and j are neighbours within the mask: (16, 16), symmetric, counted over all `steps` together."""
    counts = np.zeros(LEVELS * LEVELS)
    for step in steps:
        here = tuple(slice(max(-s, 0), n - max(s, 0)) for s, n in zip(step, mask.shape, strict=True))
        there = tuple(slice(max(s, 0), n - max(-s, 0)) for s, n in zip(step, mask.shape, strict=True))
        both = mask[here] & mask[there]
        counts += np.bincount(levels[here][both] * LEVELS + levels[there][both], minlength=counts.size)
    square = counts.reshape(LEVELS, LEVELS)
    return np.asarray(square + square.T)


def texture(matrix: np.ndarray) -> dict[str, float]:
    """Contrast, homogeneity, energy (root of the angular second moment), correlation and entropy in bits of a matrix.

    All NaN where it has no pair; the correlation where there is one grey level only.
    """
    names = ("contrast", "homogeneity", "energy", "correlation", "entropy")
    if not matrix.sum():
        return dict.fromkeys(names, float("nan"))
    p = matrix / matrix.sum()
    i, j = np.indices(p.shape)
    mean = float((i * p).sum())  # the same along both axes, since it is symmetric
    variance = float(((i - mean) ** 2 * p).sum())
    filled = p[p > 0]
    values = (
        ((i - j) ** 2 * p).sum(),
        (p / (1 + (i - j) ** 2)).sum(),
        np.sqrt((p**2).sum()),
        ((i - mean) * (j - mean) * p).sum() / variance if variance > 0 else np.nan,
        -(filled * np.log2(filled)).sum(),
    )
    return dict(zip(names, map(float, values), strict=True))
