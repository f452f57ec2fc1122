"""How a tumour is painted into a CT: texture times blurred mask times contrast is added to the HU (Hu et al., CVPR 2023).

The organ's own noise and structures stay visible through it.
"""

from dataclasses import dataclass

import numba
import numpy as np

FAINTEST = 0.01  # of the blurred mask: less is not painted
COARSEST_HU = 75.0  # the published drop: texture does not vary more than it does at this contrast


@dataclass(frozen=True)
class Means:
    """Over a tumour's voxels: the mean HU of the tissue it grows in, of the texture, of the blurred mask, of their product,
    and the largest value of the blurred mask."""

    hu: float
    texture: float
    soft: float
    product: float
    top: float

    @property
    def peak(self) -> float:
        """How much more the middle changes than the mean does: near 1 for large tumours, 1.6 for the smallest."""
        return self.top / self.soft


def means(hu: np.ndarray, soft: np.ndarray, texture: np.ndarray, mask: np.ndarray) -> Means:
    """Of float32 HU, blurred mask 0..1 and texture 0..1 in a bool mask, all (x, y, z)."""
    return Means(*_means(hu, soft, texture, mask))


def paint(hu: np.ndarray, soft: np.ndarray, texture: np.ndarray, found: Means, contrast: float, level: float) -> np.ndarray:
    """Changes `hu` (float32), so that its mean in the tumour is `level + contrast`; the bool region that changed.

    Where the tissue it grows in is brighter or darker than its organ, the change is larger or smaller, by no more than half
    of the contrast.
    """
    fine = min(1.0, COARSEST_HU / max(abs(contrast), 1e-6))
    local = min(max(found.hu - level, -abs(contrast) / 2), abs(contrast) / 2)
    base = found.texture * (1 - fine)
    gain = (contrast - local) / (base * found.soft + fine * found.product)
    region = np.zeros(hu.shape, bool)
    _paint(hu, soft, texture, np.float32(base * gain), np.float32(fine * gain), np.float32(FAINTEST), region)
    return region


@numba.njit(cache=True, nogil=True)
def _means(hu: np.ndarray, soft: np.ndarray, texture: np.ndarray, mask: np.ndarray) -> tuple[float, float, float, float, float]:
    count, tissue, grain, edge, product, top = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            for k in range(mask.shape[2]):
                if mask[i, j, k]:
                    count += 1
                    tissue += hu[i, j, k]
                    grain += texture[i, j, k]
                    edge += soft[i, j, k]
                    product += soft[i, j, k] * texture[i, j, k]
                    top = max(top, soft[i, j, k])
    return tissue / count, grain / count, edge / count, product / count, top


@numba.njit(cache=True, nogil=True)
def _paint(
    hu: np.ndarray,
    soft: np.ndarray,
    texture: np.ndarray,
    base: np.float32,
    gain: np.float32,
    faintest: np.float32,
    region: np.ndarray,
) -> None:
    for i in range(hu.shape[0]):
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                seen = soft[i, j, k] > faintest
                region[i, j, k] = seen
                if seen:
                    hu[i, j, k] += soft[i, j, k] * (base + gain * texture[i, j, k])
