"""What lies on a CT in a picture: masks with their colours, outlined or filled."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.figures.names import display, rank

# people with any colour vision tell these apart (the tests simulate it): orange and blue of Okabe and Ito, green of Tol
ORANGE, BLUE, GREEN, MAGENTA = "#e69f00", "#56b4e9", "#117733", "#e8308a"

LINE = 1.1  # points


@dataclass(frozen=True)
class Layer:
    """One mask and how it is drawn.

    `label` is what the legend calls it, `fill` how opaque its area is (0-1), `line` how wide its outline is in points
    (0: none), `rank` its place in the legend.
    """

    label: str
    color: str
    mask: CroppedMask
    fill: float = 0.0
    line: float = LINE
    rank: int = 0


def structure_layers(labels: LabelMap, names: Iterable[str], opacity: float) -> list[Layer]:
    """A layer a structure in its own colour, drawn in the order of `names`."""
    return [Layer(display(n), anatomy.color(n), labels.cropped(n), fill=opacity, rank=rank(n)) for n in names]


def millilitres(mask: np.ndarray, volume: Volume) -> str:
    """How much of the patient a bool array (x, y, z) covers, for a legend."""
    amount = np.count_nonzero(mask) * volume.voxel_ml
    return f"{amount:.0f} mL" if amount >= 100 else f"{amount:.3g} mL"
