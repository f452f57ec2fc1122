"""What is drawn for one tumour besides its shape."""

from dataclasses import dataclass

import numpy as np

EDGE_MM = (1.0, 2.0)
PATCH_MM = (3.0, 6.0, 9.0, 12.0, 15.0)
GRAIN_MM = (4.0, 7.0)
SPREAD = 0.2  # of a range that noise leaves: one contrast for all tumours of a scan would be a mark to learn
VISIBLE = 2.0  # contrast, in standard deviations of the organ's noise, where its range allows
DEEPEST = 1.2  # the change at a tumour's middle, of the largest mean in its range, where that stays visible


@dataclass(frozen=True)
class Draws:
    """Widths of edge, texture patches and grains, `share` 0..1 the place in the range of contrasts, and the generator of the
    texture, on its own so that a wider edge leaves the rest as it is."""

    edge_mm: float
    patch_mm: float
    grain_mm: float
    share: float
    fine: np.random.Generator


def draw(edge_mm: float | None, patch_mm: float | None, grain_mm: float | None, rng: np.random.Generator) -> Draws:
    """Widths in mm, as published (Hu et al., CVPR 2023) where None; all are drawn, used or not."""
    edge, patch, grain = rng.uniform(*EDGE_MM), rng.choice(PATCH_MM), rng.choice(GRAIN_MM)
    share, fine = rng.random(), np.random.default_rng(rng.integers(1 << 62))
    pairs = ((edge_mm, edge), (patch_mm, patch), (grain_mm, grain))
    widths = [float(drawn if given is None else given) for given, drawn in pairs]
    return Draws(widths[0], widths[1], widths[2], float(share), fine)


def visible_contrast(ends: tuple[float, float], noise: float, peak: float, share: float) -> float:
    """HU at `share` of a range of contrasts, narrowed from both sides and never left.

    From the weak end, so that the tumour stands out of its organ's `noise`; from the strong end for small tumours, whose
    middle changes `peak` times the mean and would look like water or fat.
    """
    weak, strong = sorted(ends, key=abs)
    least = min(max(abs(weak), VISIBLE * noise), abs(strong) - SPREAD * (abs(strong) - abs(weak)))
    most = max(min(abs(strong), DEEPEST * abs(strong) / peak), min(least + SPREAD * (abs(strong) - abs(weak)), abs(strong)))
    return float(np.sign(strong) * (least + share * (most - least)))
