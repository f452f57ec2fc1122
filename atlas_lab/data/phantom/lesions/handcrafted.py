"""How the handcrafted synthesiser makes a tumour (Hu et al., CVPR 2023), as this package's own method of that name does."""

import numpy as np
import numpy.typing as npt

from atlas_lab.data.phantom.lesions.look import Look, share_inside
from atlas_lab.data.phantom.tissue import Levels, Range, between, by_phase

DRAWS = 6  # numbers in 0..1 that a look takes
# mean HU in the tumour minus the organ's: the synthesiser's own ranges, which a test compares with these
CONTRAST: dict[str, Levels] = {
    "liver": by_phase((-25, -5), (-40, -10), (-75, -35)),
    "pancreas": by_phase((-20, -8), (-50, -20), (-40, -10)),
    "kidney": by_phase((-20, -8), (-90, -30), (-120, -50)),
}
# robust standard deviation of an organ's HU, the median of 5 to 9 healthy phantoms of several hospitals, at 2.5 mm
NOISE_HU = {
    "liver": {"non_contrast": 16.3, "arterial": 16.3, "portal": 14.8},
    "pancreas": {"non_contrast": 20.8, "arterial": 22.2, "portal": 20.8},
    "kidney": {"non_contrast": 16.3, "arterial": 54.9, "portal": 26.7},
}
VISIBLE, DEEPEST, KEPT = 2.0, 1.2, 0.2  # noise, change of the middle over the strongest mean, share of the range kept
EDGE_MM = (1.0, 2.0)  # standard deviation of the Gaussian that blurs the border
WIDTH = 12**0.5  # of a straight edge, over the deviation of the Gaussian one that it stands for
NARROWER_MM2 = 12.0  # of the square of its width: so both measure alike in scans of 1.5 and of 2.5 mm, as those blur edges too
# measured on 80 of its tumours of each of four diameters: texture over contrast, less what the liver's own adds on the same
# field, and half the range about 1 of three axes that, sorted, are on average as long and as flat as its bent ellipsoids
TEXTURE = (0.02, 0.065)
AXIS_SPREAD = ((8.0, 16.0, 24.0, 40.0), (0.35, 0.4, 0.47, 0.54))
LOBULATION = (0.07, 0.13)


def handcrafted_look(organ: str, diameter_mm: float, phase: str, draws: npt.NDArray[np.float64]) -> Look:
    """The look of a tumour of this diameter in liver, pancreas or kidney, from `draws` (6,) of 0..1.

    Its contrast is the mean in the tumour, and the organ's own texture stays visible, as it adds to the CT.
    """
    sigma = between(EDGE_MM, draws[1])
    edge_mm = max((WIDTH * sigma) ** 2 - NARROWER_MM2, 0.0) ** 0.5
    peak = 1 / share_inside(diameter_mm / 2, WIDTH * sigma)
    contrast = _visible(CONTRAST[organ][phase], NOISE_HU[organ][phase], peak, draws[0])
    spread = float(np.interp(diameter_mm, *AXIS_SPREAD))
    third, second, first = np.sort(1 + spread * (2 * draws[2:5] - 1))
    return Look(
        contrast=contrast,
        edge_mm=edge_mm,
        speckle=0.0,
        patch=abs(contrast) * between(TEXTURE, float(draws[5])),
        rim=0.0,
        rim_mm=0.0,
        core=0.0,
        second=float(second / first),
        third=float(third / first),
        lobulation=between(LOBULATION, float(draws[5])),
        averaged=1.0,
        see_through=1.0,
    )


def _visible(ends: Range, noise: float, peak: float, share: float) -> float:
    """HU at `share` (0..1) of a range below 0, narrowed as the synthesiser does: visible in noise, its middle not too dark."""
    strong, weak = abs(ends[0]), abs(ends[1])
    kept = KEPT * (strong - weak)
    least = min(max(weak, VISIBLE * noise), strong - kept)
    most = max(min(strong, DEEPEST * strong / peak), min(least + kept, strong))
    return -(least + share * (most - least))
