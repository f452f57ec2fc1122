"""Vessels that nobody labelled: what stays bright in a smoothed CT (Hu et al., CVPR 2023, the paper's location step)."""

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np

from atlas_lab import anatomy
from atlas_lab.synthesis.placement.rooms import half_run
from atlas_lab.synthesis.tissue import Tissue

SMOOTHING_MM = 1.0
DEVIATIONS = 3.0  # above the organ's level; the paper's fixed offset turns down every place of a noisy scan
_BRIGHTER = 20.0  # HU by which a phase's vessels must exceed the organ to be told from it
_LATTICE = (np.indices((8, 8, 8)).reshape(3, -1).T + 0.5) / 8  # of the box, where the smoothed noise is measured
_ENOUGH = 20  # of these places in the organ

_BLOOD = {
    phase: max(sum(s.hu[phase]) / 2 for s in anatomy.STRUCTURES if s.group == "vascular" and s.hu) for phase in anatomy.PHASES
}


@dataclass(frozen=True)
class Vessels:
    """Above `threshold` HU a smoothed voxel of the organ counts as a vessel; `taps` are the smoothing's weights by axis."""

    threshold: float
    taps: tuple[np.ndarray, np.ndarray, np.ndarray]

    @classmethod
    def of(cls, tissue: Tissue) -> "Vessels | None":
        """None where vessels are no brighter than the organ: without contrast medium, or in a kidney's portal phase."""
        if tissue.phase == "non_contrast" or _BLOOD[tissue.phase] < tissue.level + _BRIGHTER:
            return None
        taps = tuple(_weights(SMOOTHING_MM / step) for step in tissue.spacing)
        smoothed = _smoothed(tissue.hu, tissue.organ, (_LATTICE * tissue.shape).astype(np.int64), *taps)
        noise = tissue.noise
        if len(smoothed) >= _ENOUGH:
            noise = 1.4826 * float(np.median(np.abs(smoothed - tissue.level)))
        return cls(tissue.level + DEVIATIONS * max(noise, 1.0), taps)  # type: ignore[arg-type]

    def count(self, tissue: Tissue, place: np.ndarray, radius: float, most: int) -> int:
        """Vessel voxels in a ball of `radius` mm; counting ends above `most`."""
        reach = [int(radius / step) + taps.size // 2 for step, taps in zip(tissue.spacing, self.taps, strict=True)]
        low = [max(int(c) - r, 0) for c, r in zip(place, reach, strict=True)]
        box = tuple(slice(start, int(c) + r + 1) for start, c, r in zip(low, place, reach, strict=True))
        hu = np.ascontiguousarray(tissue.hu[box], np.float32)  # the kernel's loops are vectors on a contiguous array
        organ = np.ascontiguousarray(tissue.organ[box])
        return int(_bright(hu, organ, place - low, np.array(tissue.spacing), radius, self.threshold, most, *self.taps))


@lru_cache
def _weights(sigma: float) -> np.ndarray:
    """A Gaussian of `sigma` voxels, cut at three of them, float32 of sum 1."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return (weights / weights.sum()).astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _inside(index: int, count: int) -> int:
    return min(max(index, 0), count - 1)


@numba.njit(cache=True, nogil=True)
def _smoothed(
    hu: np.ndarray, organ: np.ndarray, places: np.ndarray, taps_i: np.ndarray, taps_j: np.ndarray, taps_k: np.ndarray
) -> np.ndarray:
    """Smoothed HU at those of some voxels that lie in the organ, float32 (n,)."""
    found, count = np.zeros(len(places), np.float32), 0
    for place in places:
        if not organ[place[0], place[1], place[2]]:
            continue
        for a in range(taps_i.size):
            i = _inside(place[0] + a - taps_i.size // 2, hu.shape[0])
            for b in range(taps_j.size):
                j = _inside(place[1] + b - taps_j.size // 2, hu.shape[1])
                row = np.float32(0)
                for c in range(taps_k.size):
                    row += taps_k[c] * hu[i, j, _inside(place[2] + c - taps_k.size // 2, hu.shape[2])]
                found[count] += taps_i[a] * taps_j[b] * row
        count += 1
    return found[:count]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _bright(
    hu: np.ndarray, organ: np.ndarray, place: np.ndarray, spacing: np.ndarray, radius: float, threshold: float, most: int,
    taps_i: np.ndarray, taps_j: np.ndarray, taps_k: np.ndarray,
) -> int:  # fmt: skip
    """Organ voxels of a ball above the threshold, plane by plane from the middle out, where a vessel takes most."""
    count = 0
    ni, nj, nk = hu.shape
    reach_i, reach_j = int(radius / spacing[0]), int(radius / spacing[1])
    along_i, along_j, pad = np.empty((nj, nk), np.float32), np.empty(nk + taps_k.size, np.float32), taps_k.size // 2
    for n in range(2 * reach_i + 1):
        di = (n + 1) // 2 * (1 if n % 2 else -1)
        i, reach = place[0] + di, min(reach_j, half_run(di, 0, np.array([spacing[0], spacing[2], spacing[1]]), radius))
        if not 0 <= i < ni or reach < 0:
            continue
        for j in range(max(place[1] - reach - taps_j.size // 2, 0), min(place[1] + reach + taps_j.size // 2 + 1, nj)):
            along_i[j] = 0
            for a in range(taps_i.size):
                source, weight = _inside(i + a - taps_i.size // 2, ni), taps_i[a]
                for k in range(nk):
                    along_i[j, k] += weight * hu[source, j, k]
        for j in range(max(place[1] - reach, 0), min(place[1] + reach + 1, nj)):
            half = half_run(di, j - place[1], spacing, radius)
            along_j[:] = 0
            for b in range(taps_j.size):
                source, weight = _inside(j + b - taps_j.size // 2, nj), taps_j[b]
                for k in range(nk):
                    along_j[pad + k] += weight * along_i[source, k]
            along_j[:pad], along_j[pad + nk :] = along_j[pad], along_j[pad + nk - 1]
            for k in range(max(place[2] - half, 0), min(place[2] + half + 1, nk)):
                value = np.float32(0)
                for c in range(taps_k.size):
                    value += taps_k[c] * along_j[k + c]
                if organ[i, j, k] and value > threshold:
                    count += 1
        if count > most:
            return count
    return count
