"""The channelised Hotelling observer: the best linear one, of what a few smooth channels let through."""

from dataclasses import dataclass

import numpy as np
from scipy.special import eval_genlaguerre

_SHRINK = 0.1  # of the covariance of standardised channels towards none: few lesions know it badly


@dataclass(frozen=True)
class Hotelling:
    """Hotelling's linear discriminant on Laguerre-Gauss channels (Barrett et al., SPIE 1998; in 3-D Platiša et al., JOSA A 2011).

    The channels are all round, in the middle of the crop: it sees mean HU against the distance from the lesion's
    middle, and no texture whose mean is zero. `width` is that of the first channel, exp(-π r² / width²), in voxels.
    """

    width: float
    channels: int = 5

    def scores(self, train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
        """How synthetic each of `test` (n, x, y, z) looks, float (n,), from `train` whose bool `labels` say synthetic."""
        known, asked = (self._seen(crops) for crops in (train, test))
        middle, spread = known.mean(axis=0), known.std(axis=0)
        known, asked = ((part - middle) / np.where(spread > 0, spread, 1) for part in (known, asked))
        means = [known[labels == side].mean(axis=0) for side in (False, True)]
        residual = known - np.where(labels[:, None], means[1], means[0])
        covariance = (1 - _SHRINK) * residual.T @ residual / len(known) + _SHRINK * np.eye(self.channels)
        return np.asarray(asked @ np.linalg.solve(covariance, means[1] - means[0]))

    def _seen(self, crops: np.ndarray) -> np.ndarray:
        """What the channels give, (n, channels)."""
        return crops.reshape(len(crops), -1).astype(float) @ self.templates(crops.shape[1:]).reshape(self.channels, -1).T

    def templates(self, shape: tuple[int, ...]) -> np.ndarray:
        """The channels (channels, x, y, z), each of length 1; the lesion's middle is voxel `shape // 2`."""
        axes = np.ogrid[tuple(slice(-(side // 2), side - side // 2) for side in shape)]
        squared = 2 * np.pi * sum(axis.astype(float) ** 2 for axis in axes) / self.width**2
        found = np.stack([np.exp(-squared / 2) * eval_genlaguerre(order, 0.5, squared) for order in range(self.channels)])
        return np.asarray(found / np.sqrt((found**2).sum(axis=(1, 2, 3), keepdims=True)))
