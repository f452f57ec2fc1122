"""Whether a picture of a viewer shows a given axial slice: it is looked for in there at any place and size."""

import io

import numpy as np
from PIL import Image
from scipy.signal import fftconvolve

from atlas_lab.data import Volume
from atlas_lab.figures.paint import grey
from atlas_lab.figures.planes import size_mm
from benchmarks.viewer_cases import Files

ALIKE = 0.8  # correlation: tints, crosshair and letters keep it below 1
APART_MM = 10.0  # slices so far above and below must fit less well
SIZES = np.linspace(0.4, 1, 31)  # of the largest at which the slice fits into the picture


def shows_centre(png: bytes, files: Files) -> bool:
    """Whether the middle axial slice, windowed as soft tissue, is in the picture, and fits better than its neighbours."""
    volume = Volume.open(files.ct)
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L").reduce(2), np.float64)
    middle, step = volume.shape[2] // 2, round(APART_MM / volume.spacing[2])
    width, height = size_mm("axial", volume.shape, volume.spacing)
    scale = min(picture.shape[1] / width, picture.shape[0] / height)

    def fit(index: int, size: float) -> float:
        pixels = Image.fromarray(grey(volume.array, "axial", index, "soft tissue")).convert("L")
        shown = pixels.resize((int(width * scale * size), int(height * scale * size)), Image.Resampling.BOX)
        return best_correlation(picture, np.asarray(shown, np.float64))

    size = max(SIZES, key=lambda size: fit(middle, size))
    here = fit(middle, size)
    return here >= ALIKE and here > max(fit(middle - step, size), fit(middle + step, size))


def best_correlation(picture: np.ndarray, part: np.ndarray) -> float:
    """The highest correlation of `part` with a window of its size, anywhere in the picture."""
    ones = np.ones_like(part)
    centred = part - part.mean()
    products = fftconvolve(picture, centred[::-1, ::-1], "valid")
    sums, squares = (fftconvolve(values, ones, "valid") for values in (picture, picture**2))
    variance = np.maximum(squares - sums**2 / part.size, 1.0)
    return float((products / np.sqrt(variance * (centred**2).sum())).max())
