"""The noise inside a lesion: how strong, and how coarse."""

import numpy as np
from scipy import fft

from atlas_lab.data.masks import bounding_box

INSIDE_MM = 1.0  # from the border: nearer, the edge is no noise
_RINGS = 10
_FEWEST = 30  # voxels inside that a spectrum needs


def ring_middles(spacing_mm: float) -> np.ndarray:
    """The frequencies of `noise_power` in 1/mm: rings from 0 to half of one over the voxel."""
    return (np.arange(_RINGS) + 0.5) / (2 * spacing_mm * _RINGS)


def noise_power(relative: np.ndarray, inside: np.ndarray, spacing_mm: float) -> np.ndarray:
    """The radially averaged noise power spectrum in HU² mm³, at `ring_middles`; cubic voxels of `spacing_mm`.

    The periodogram of the residual (HU minus their mean) in the voxels `inside`, which may have any shape: white noise of
    variance v on voxels of volume V is flat at v V (Siewerdsen et al., Medical Physics 2002). The shape of `inside`
    blurs the spectrum: a small lesion's says little below one over its diameter. NaN where fewer than 30 voxels are inside.
    """
    count = int(np.count_nonzero(inside))
    if count < _FEWEST:
        return np.full(_RINGS, np.nan)
    box = bounding_box(inside)
    residual = np.where(inside[box], relative[box] - relative[inside].mean(dtype=np.float64), 0)
    sides = [fft.next_fast_len(max(side, 32), real=True) for side in residual.shape]
    power = np.abs(fft.fftn(residual, sides)) ** 2 * spacing_mm**3 / (count - 1)
    axes = np.meshgrid(*(fft.fftfreq(side, spacing_mm) for side in sides), indexing="ij", sparse=True)
    radius = np.sqrt(sum(axis**2 for axis in axes))
    edges = np.linspace(0, 1 / (2 * spacing_mm), _RINGS + 1)
    total, _ = np.histogram(radius, edges, weights=power)
    return np.asarray(total / np.histogram(radius, edges)[0])


def mean_frequency(power: np.ndarray, spacing_mm: float) -> float:
    """Where the noise lies on average, in 1/mm, each ring weighted by its share of frequency space: low is coarse."""
    middle = ring_middles(spacing_mm)
    share = power * middle**2
    return float((share * middle).sum() / share.sum()) if share.sum() > 0 else float("nan")
