"""How much darker or brighter a tumour is than its organ, by organ and contrast phase: the only such table.

Facts: hypovascular liver metastasis -25..-5 HU plain, -40..-10 arterial; handcrafted liver tumours lose 35 to 75 HU in the
portal phase (Hu et al., CVPR 2023: 65 to 145 HU times a texture of mean 0.52), of a metastasis' -70..-30; hepatocellular
carcinoma +20..+60 arterial; pancreatic ductal adenocarcinoma -50..-20 in the pancreatic phase, -40..-10 portal, about 0
plain; neuroendocrine tumour +20..+80 arterial; renal cell carcinoma -120..-50 nephrographic.
"""

from dataclasses import dataclass

from atlas_lab.anatomy import ORGANS, PHASES, organ
from atlas_lab.errors import InputError, nearest

_METASTASIS = "hypovascular metastasis, general radiology"
_CARCINOMA = "hepatocellular carcinoma, general radiology"
_DUCTAL = "pancreatic ductal adenocarcinoma, general radiology"
_ENDOCRINE = "pancreatic neuroendocrine tumour, general radiology"
_RENAL = "renal cell carcinoma, general radiology"
_ASSUMED = "assumed"


@dataclass(frozen=True)
class Contrast:
    """A range of mean HU, tumour minus organ, `low` < `high`, and where it is from; `published` is False where we assumed it."""

    low: float
    high: float
    source: str

    @property
    def published(self) -> bool:
        return not self.source.startswith(_ASSUMED)


_DARK = {
    ("liver", "non_contrast"): Contrast(-25, -5, _METASTASIS),
    ("liver", "arterial"): Contrast(-40, -10, _METASTASIS),
    ("liver", "portal"): Contrast(-75, -35, "Hu et al., CVPR 2023"),
    ("pancreas", "non_contrast"): Contrast(-20, -8, f"{_ASSUMED}: such tumours differ by about 0, and would not be seen"),
    ("pancreas", "arterial"): Contrast(-50, -20, _DUCTAL),
    ("pancreas", "portal"): Contrast(-40, -10, _DUCTAL),
    ("kidney", "non_contrast"): Contrast(-20, -8, f"{_ASSUMED}: such tumours differ by about 0, and would not be seen"),
    ("kidney", "arterial"): Contrast(-90, -30, f"{_ASSUMED}: between plain and nephrographic"),
    ("kidney", "portal"): Contrast(-120, -50, f"{_RENAL}, nephrographic phase"),
}
_BRIGHT = {
    ("liver", "arterial"): Contrast(20, 60, _CARCINOMA),
    ("pancreas", "arterial"): Contrast(20, 80, _ENDOCRINE),
    ("pancreas", "portal"): Contrast(5, 35, f"{_ASSUMED}: what is left of a neuroendocrine tumour's arterial contrast"),
}
# Of any other organ's typical level; the liver's portal -75..-35 are 0.3 to 0.7 of 112 HU. Fluid has hardly any level.
_FRACTION = (0.3, 0.6)
_LEAST = (10.0, 20.0)
_NODULE_HU = (5.0, 45.0)  # a solid nodule of the lung, whose own level is that of air


def contrast_range(organ_name: str, phase: str, *, hyperdense: bool = False) -> tuple[float, float]:
    """Lowest and highest mean HU, tumour minus organ; `hyperdense` asks for tumours brighter than their organ.

    `organ_name` is one of the 25 structures or a name for both sides, `phase` one of `anatomy.PHASES`. InputError: else.
    """
    found = contrast(organ_name, phase, hyperdense=hyperdense)
    return found.low, found.high


def contrast(organ_name: str, phase: str, *, hyperdense: bool = False) -> Contrast:
    """`contrast_range` with its source, and whether it was published or assumed."""
    if phase not in PHASES:
        raise InputError(f"phase={phase!r}: {nearest(str(phase), PHASES)}choose from {', '.join(PHASES)}")
    sides = organ(organ_name)
    both = organ_name if organ_name in ORGANS else organ_name.removesuffix("_left").removesuffix("_right")
    known = (_BRIGHT if hyperdense else _DARK).get((both, phase))
    return known or _assumed(sides[0], phase, hyperdense)


def _assumed(name: str, phase: str, hyperdense: bool) -> Contrast:
    """A share of the organ's typical level; in the lung, what a solid nodule has, brighter always."""
    from atlas_lab.anatomy import structure

    levels = structure(name).hu
    if levels is None:
        raise InputError(f"{name} is a tumour: name the organ it grows in, one of {', '.join(structure(name).hosts)}")
    level = sum(levels[phase]) / 2
    if level < -500:
        return Contrast(_NODULE_HU[0] - level, _NODULE_HU[1] - level, f"{_ASSUMED}: a solid nodule in air")
    least, most = (max(share * abs(level), floor) for share, floor in zip(_FRACTION, _LEAST, strict=True))
    source = f"{_ASSUMED}: {_FRACTION[0]} to {_FRACTION[1]} of the organ's level, at least {_LEAST[0]:.0f} to {_LEAST[1]:.0f} HU"
    return Contrast(least, most, source) if hyperdense else Contrast(-most, -least, source)
