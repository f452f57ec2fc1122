"""A lesion to imitate, and how near a recipe comes to it: HU against the distance to the border."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from atlas_lab.data import Case
from atlas_lab.data.phantom import Order, patient
from atlas_lab.figures.charts._axes import QUIET, chart, legend, look
from atlas_lab.figures.sheet import Sheet
from atlas_lab.synthesis.handcrafted import Handcrafted
from atlas_lab.synthesis.realism import Lesion, lesions_of
from atlas_lab.synthesis.realism.edge import profile, signed_distance
from atlas_lab.synthesis.synthesize import synthesize

_PATIENT, _SEED, _SPACING_MM = 5, 4711, 2.0
_EDGES_MM = np.arange(-8.0, 8.1, _SPACING_MM)
PROFILE_MM = (_EDGES_MM[:-1] + _EDGES_MM[1:]) / 2
_TRIALS = 3  # tumours whose profiles are averaged: one has a texture of its own


@dataclass(frozen=True)
class Target:
    """The lesion, the same patient without it, and its profile: HU above the organ at `PROFILE_MM` from its border."""

    ill: Case
    healthy: Case
    lesion: Lesion
    profile: np.ndarray

    def imitate(self, **settings: object) -> np.ndarray:
        """The mean profile of handcrafted tumours of the lesion's size with these settings, in the healthy scan.

        InputError: a setting that the method does not have, or a value it refuses.
        """
        method = Handcrafted(**settings)  # type: ignore[arg-type]
        size = self.lesion.diameter_mm
        made = [synthesize(self.healthy, "liver", method, size, count=1, seed=seed) for seed in range(_TRIALS)]
        return np.mean([_profile(lesion) for one in made for lesion in lesions_of(one, "liver_tumor")], axis=0)


@cache
def target() -> Target:
    """A phantom's metastasis of 18 mm, in the portal phase: dark, with the soft edge that real ones have."""
    order = Order("metastasis", count=1, diameter_mm=(18, 18))
    ill, well = (
        patient(_PATIENT, seed=_SEED, phase="portal", roi="liver", spacing=_SPACING_MM, lesions=lesions).case(name)
        for lesions, name in (([order], "ill"), ([], "healthy"))
    )
    (lesion,) = lesions_of(ill, "liver_tumor")
    return Target(ill, well, lesion, _profile(lesion))


def _profile(lesion: Lesion) -> np.ndarray:
    distance = signed_distance(lesion.mask, (_SPACING_MM,) * 3)
    return profile(lesion.relative, distance, lesion.mask | lesion.organ, _EDGES_MM)


def profile_chart(profiles: Mapping[str, np.ndarray]) -> Sheet:
    """HU above the organ against the distance to the border; the first profile is the one to imitate."""
    sheet, ax = chart(3.4, "mm to the border, below 0 within", "HU above the organ")
    for number, (words, values) in enumerate(profiles.items()):
        ax.plot(PROFILE_MM, values, **look(number), linewidth=3 if number == 0 else 1.5, markersize=4, label=words)
    ax.axvline(0, color=QUIET, linewidth=1)
    legend(ax, "lower right")
    return sheet
