"""The contrast phase of a CT: said by the case, or guessed from its HU."""

import warnings
from typing import Any

import numpy as np

from atlas_lab import anatomy
from atlas_lab.errors import InputError, nearest

AUTO = "auto"
_OTHER_WORDS = {
    "venous": "portal", "portal_venous": "portal", "pv": "portal", "late_arterial": "arterial",
    "native": "non_contrast", "plain": "non_contrast", "noncontrast": "non_contrast", "unenhanced": "non_contrast",
}  # fmt: skip
_TELLING = ("aorta", "liver", "spleen", "kidney_left", "kidney_right", "pancreas")  # the surest first


def check_phase(phase: str) -> None:
    """InputError: neither a phase nor "auto"."""
    known = (AUTO, *anatomy.PHASES)
    if phase not in known:
        raise InputError(f"phase {phase!r}: {nearest(str(phase), known)}give one of {', '.join(known)}")


def said_phase(meta: dict[str, Any]) -> str | None:
    """What a case says of itself, in the words of `anatomy.PHASES`; None, with a warning, where it is another word."""
    said = meta.get("phase")
    if said is None:
        return None
    word = str(said).strip().lower().replace("-", "_").replace(" ", "_")
    phase = _OTHER_WORDS.get(word, word)
    if phase in anatomy.PHASES:
        return phase
    warnings.warn(f"phase {said!r} of the case is none of {', '.join(anatomy.PHASES)}: it is guessed from the HU", stacklevel=2)
    return None


def guessed_phase(levels: dict[str, float]) -> str:
    """The phase whose typical HU are nearest to the median HU of the surest structure there is; portal without any."""
    name = next((name for name in _TELLING if name in levels), None)
    if name is None:
        return "portal"
    ranges = anatomy.structure(name).hu or {}
    away = {phase: max(low - levels[name], levels[name] - high, 0.0) for phase, (low, high) in ranges.items()}
    middle = {phase: abs(levels[name] - np.mean(span)) for phase, span in ranges.items()}
    return min(away, key=lambda phase: (away[phase], middle[phase]))


def telling(names: Any) -> list[str]:
    """Those of a case's masks that tell the phase, the surest first."""
    return [name for name in _TELLING if name in names]
