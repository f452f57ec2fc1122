"""Everything that is measured on lesions: a row of numbers and two curves each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas_lab.synthesis.realism.edge import edge_blur, profile, signed_distance
from atlas_lab.synthesis.realism.lesions import Lesion, Lesions
from atlas_lab.synthesis.realism.noise import INSIDE_MM, mean_frequency, noise_power
from atlas_lab.synthesis.realism.texture import cooccurrence, grey_levels, texture

UNITS = {
    "diameter": "mm", "HU": "HU", "contrast": "HU", "spread": "HU", "edge blur": "mm", "noise frequency": "1/mm",
    "texture contrast": "", "texture homogeneity": "", "texture energy": "", "texture correlation": "",
    "texture entropy": "bits", "edge profile": "HU", "noise power": "log10 HU² mm³",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measured:
    """Of each lesion: `numbers` (columns as in `UNITS`), `profiles` (n, shells) HU above the organ, `spectra` (n, rings)."""

    numbers: pd.DataFrame
    profiles: np.ndarray
    spectra: np.ndarray


def measure_lesions(lesions: Lesions) -> Measured:
    """Measure each lesion.

    `contrast` is its mean HU minus the organ's level, `spread` the standard deviation of its HU more than 1 mm within;
    `edge blur` see `edge.edge_blur`, `noise frequency` see `noise.mean_frequency`; texture on 16 grey levels of 20 HU.
    What a lesion is too small for is NaN.
    """
    found = [_one(lesion, lesions.spacing_mm) for lesion in lesions]
    rows, profiles, spectra = zip(*found, strict=True)
    return Measured(pd.DataFrame(rows), np.stack(profiles), np.stack(spectra))


def _one(lesion: Lesion, step: float) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    relative = lesion.relative
    distance = signed_distance(lesion.mask, (step,) * 3)
    tissue = lesion.mask | lesion.organ
    inside = distance < -INSIDE_MM
    power = noise_power(relative, inside, step)
    contrast = float(relative[lesion.mask].mean(dtype=np.float64))
    row = {
        "diameter": lesion.diameter_mm,
        "HU": contrast + lesion.level,
        "contrast": contrast,
        "spread": float(relative[inside].std(dtype=np.float64)) if inside.sum() > 1 else np.nan,
        "edge blur": edge_blur(relative, distance, tissue),
        "noise frequency": mean_frequency(power, step),
    }
    levels = texture(cooccurrence(grey_levels(relative), lesion.mask))
    return row | {f"texture {name}": value for name, value in levels.items()}, profile(relative, distance, tissue), power
