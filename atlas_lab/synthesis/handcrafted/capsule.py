"""A capsule: the bright rim of some tumours (Hu et al., CVPR 2023, described there, not in its release).

The paper states no numbers that we could check; those here are ours.
"""

import numpy as np

from atlas_lab.synthesis.handcrafted.blur import gaussian

CAPSULE_HU = 50.0
BETWEEN = (0.3, 0.7)  # of the blurred mask: the rim
SOFT_MM = 0.7
FAINTEST = 0.01  # of the rim: less is not painted


def add_rim(
    hu: np.ndarray, soft: np.ndarray, allowed: np.ndarray, rim_hu: float, spacing: tuple[float, float, float]
) -> np.ndarray:
    """Adds `rim_hu` at the middle of a tumour's edge, less beside it, to float32 `hu`; the bool region that changed.

    `soft` is the tumour's blurred mask, 0..1, and bool `allowed` what may be painted, all (x, y, z).
    """
    rim = gaussian((soft > BETWEEN[0]) & (soft < BETWEEN[1]), SOFT_MM, spacing)
    rim *= allowed
    rim /= max(float(rim.max()), FAINTEST)
    region = rim > FAINTEST
    np.add(hu, np.float32(rim_hu) * rim, out=hu, where=region)
    return region
