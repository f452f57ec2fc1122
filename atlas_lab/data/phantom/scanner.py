"""What the scanner adds to the image: noise of a dose, with the texture of a reconstruction kernel."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from atlas_lab.data.phantom.space import Array, Space


@dataclass(frozen=True)
class Kernel:
    """A reconstruction kernel.

    `sharpness_mm` is the width over which it spreads an edge. Its noise is correlated over `grain_mm`; a sharp kernel
    takes the share `edge` (0..1) of the low frequencies away, so that its noise is finer and of higher contrast.
    """

    name: str
    sharpness_mm: float
    grain_mm: float
    edge: float = 0.0


SOFT, STANDARD, SHARP = Kernel("soft", 2.2, 1.7), Kernel("standard", 1.4, 1.2, 0.2), Kernel("sharp", 0.8, 0.7, 0.6)


def noise(rng: np.random.Generator, space: Space, kernel: Kernel, deviation: float, depth: Array) -> Array:
    """Noise (HU, float32) of standard deviation `deviation` where the body is 100 mm deep, less towards the skin.

    `depth` is the distance to the skin (mm, negative inside): photons are scarce in the middle of a body.
    """
    white = rng.standard_normal(space.shape, dtype=np.float32)
    image = _smooth(white, space, kernel.grain_mm)
    if kernel.edge:
        image -= np.float32(kernel.edge) * _smooth(image, space, 2 * kernel.grain_mm)
    image *= np.float32(deviation / max(float(image.std(dtype=np.float64)), 1e-6))
    image *= np.clip(0.7 - depth * np.float32(0.003), 0.7, 1.15)
    return image


def _smooth(image: Array, space: Space, grain_mm: float) -> Array:
    out: Array = gaussian_filter(image, [grain_mm / s for s in space.spacing], mode="wrap", truncate=3.0)
    return out
