"""What the networks see: voxels of one size, HU beside the organ's own."""

from dataclasses import dataclass

import numpy as np

PUBLISHED_WIDTH = 425.0  # of the window [-175, 250] HU (Chen et al., CVPR 2024)


@dataclass(frozen=True)
class Grid:
    """Voxels of `spacing_mm`, patches of `patch` of them along each side, a window of `width_hu`.

    The window is centred on the organ's median HU, which the published one (-175 to 250 HU) is not: 0 is then the organ's
    level in every phase, hospital and organ, a hole in the image is filled with healthy tissue on average, and a network
    taught on phantoms sees the same numbers in a real CT.
    """

    spacing_mm: float = 1.0
    patch: int = 96
    width_hu: float = PUBLISHED_WIDTH

    def seen(self, hu: np.ndarray, level: float) -> np.ndarray:
        """HU → float32 from -1 to 1, 0 at `level` HU."""
        seen: np.ndarray = np.clip((hu.astype(np.float32) - np.float32(level)) / np.float32(self.width_hu / 2), -1, 1)
        return seen

    def hu(self, change: np.ndarray) -> np.ndarray:
        """A change of what is seen → HU."""
        return change * np.float32(self.width_hu / 2)
