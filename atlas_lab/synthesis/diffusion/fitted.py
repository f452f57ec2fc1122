"""The level that a tumour should have in its organ and phase, beside the one that a model gave it."""

from atlas_lab.synthesis.contrast import contrast
from atlas_lab.synthesis.handcrafted.draws import SPREAD, visible_contrast
from atlas_lab.synthesis.tissue import Tissue

_PLAIN = 1.0  # peak: what is added is as strong in the tumour's middle as at its border


def fitted_contrast(sampled: float, tissue: Tissue, share: float) -> float:
    """Mean HU, tumour minus organ: `sampled` itself where it lies in the range of organ and phase, else a value just inside.

    The range is that of dark tumours, of bright ones where `sampled` is above 0 and such are published for organ and phase;
    narrowed by the organ's noise, so that the tumour shows. `share`, 0 to 1, spreads those that would pile up at its end.
    """
    bright = contrast(tissue.organ_name, tissue.phase, hyperdense=True)
    known = bright if sampled > 0 and bright.published else contrast(tissue.organ_name, tissue.phase)
    low, high = sorted(visible_contrast((known.low, known.high), tissue.noise, _PLAIN, end) for end in (0.0, 1.0))
    inside = SPREAD * share * (known.high - known.low)
    if low <= sampled <= high:
        return sampled
    return low + inside if sampled < low else high - inside
