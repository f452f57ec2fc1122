"""From cells to HU: a tumour replaces what it grew into, and is darker or brighter by the contrast of its organ and phase."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from atlas_lab.synthesis.tissue import Box, Tissue

EDGE_MM = 0.8  # what a cell smears its population over (the release: a 3 × 3 filter of that sigma in each sagittal slice)
REACH = 3.0  # standard deviations

_SMALLEST_MM = 1.0  # what is smaller is noise, and stays
_SMALLEST_VOXELS = 0.7
_NOISES = (-2.5, 1.5)  # what is darker (fat) or brighter (vessels) than so many noises about the organ's level is replaced
REPLACED = 2.0  # times what is held: a cell at half its capacity leaves nothing of it (release)
_FAINT = 0.01  # of the full effect: less changes no voxel
_LEAST_MEAN = 0.05  # of the texture times what cells hold, so that a speck does not turn black


@dataclass(frozen=True)
class Held:
    """What a tumour's cells hold in each voxel of a box, blurred, as shares of capacity, float32: all of them, and the dead
    ones (None where there are none)."""

    all: np.ndarray
    dead: np.ndarray | None

    @classmethod
    def of(cls, density: np.ndarray, dead: np.ndarray | None, edge_mm: float, spacing: tuple[float, float, float]) -> "Held":
        return cls(_blurred(density, edge_mm, spacing), None if dead is None else _blurred(dead, edge_mm, spacing))

    def filled(self, where: np.ndarray) -> "Held":
        """As if the cells in these voxels were twice as many: nothing of what they replaced shines through."""
        return Held(np.where(where, np.minimum(REPLACED * self.all, 1), self.all), self.dead)

    def darkening(self, dead_share: float) -> np.ndarray:
        """All of them, the dead ones once more by a share of it."""
        return self.all if self.dead is None or not dead_share else self.all + np.float32(dead_share) * self.dead


@dataclass(frozen=True)
class Look:
    """How a tumour looks on its box: float32 `texture` in [0, 1] of the box's shape, `hu` what a cell at capacity adds to the
    CT where the texture is 1, and `dead_share` of that what a dead one adds on top. `under` is float32 tissue to show in
    place of the CT where the tumour is, or None: a tumour that leaves its organ takes organ-like tissue along."""

    box: Box
    texture: np.ndarray
    hu: float
    dead_share: float
    under: np.ndarray | None = None


def mean_and_peak(texture: np.ndarray, darkening: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """What `Look.hu` is multiplied by in the mean over a tumour, and in its middle as a multiple of that mean."""
    values = (texture * darkening)[mask]
    mean = max(float(values.mean()), _LEAST_MEAN)
    return mean, max(float(values.max()) / mean, 1.0)


def to_hu(tissue: Tissue, look: Look, held: Held, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 HU of the look's box, and the bool region in which they are new; bool `allowed` says where they may be.

    Fat and vessels that the tumour grew into become tissue of the organ's level first, their noise kept. (The release scales
    fixed HU: a vessel of 160 HU in the liver becomes 110; and it fills fat in the pancreas alone.)
    """
    hu = tissue.hu[look.box].astype(np.float32)
    under = hu if look.under is None else look.under
    about = _blurred(under - np.float32(tissue.level), max(_SMALLEST_MM, _SMALLEST_VOXELS * max(tissue.spacing)), tissue.spacing)
    low, high = (noises * tissue.noise for noises in _NOISES)
    within = np.clip(about, low, high)
    beyond = about - within
    # The further beyond, the nearer to the level: without a step where the range ends.
    lacking = np.where(beyond == 0, 0, np.sign(within) * np.maximum(abs(within) - abs(beyond), 0) - about)
    hu += (under - hu + lacking) * np.minimum(REPLACED * held.all, 1)
    hu += np.float32(look.hu) * look.texture * held.darkening(look.dead_share)
    return hu, (held.all > _FAINT) & allowed


def _blurred(values: np.ndarray, sigma_mm: float, spacing: tuple[float, float, float]) -> np.ndarray:
    blurred: np.ndarray = ndimage.gaussian_filter(values, [sigma_mm / side for side in spacing], mode="constant", truncate=REACH)
    return blurred
