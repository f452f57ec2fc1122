"""What is put into the training patches of healthy CTs, besides the tumours of `atlas_lab.synthesis`."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from atlas_lab.learning.patches import PatchTransform
from atlas_lab.learning.patches.cut import AIR_HU
from atlas_lab.lessons.train_on_synthetic.setting import PROBABILITY
from atlas_lab.synthesis.sizes import draw_diameters

Masks = Mapping[str, np.ndarray]
Changed = tuple[np.ndarray, Mapping[str, np.ndarray]]
Spacing = tuple[float, float, float]

_DROP_HU = (20.0, 70.0)  # of a sphere: the range in which real liver tumours lie below their organ
_MOST = 3  # in a patch
_LEAST_HU = 20.0  # of a level, in shares of which contrasts are moved
_SOFT = 0.5  # voxels by which the border of a moved tumour is blurred


@dataclass(frozen=True)
class OnHealthy:
    """Another transform, for patches of CTs whose `tumour` nobody annotated; in them it is then known, none where none was
    made. Patches of annotated CTs stay."""

    transform: PatchTransform
    tumour: str

    def __call__(self, hu: np.ndarray, masks: Masks, spacing: Spacing, rng: np.random.Generator) -> Changed:
        if self.tumour in masks:
            return hu, {}
        new, changed = self.transform(hu, masks, spacing, rng)
        return new, {self.tumour: np.zeros(hu.shape, bool)} | dict(changed)


def nothing(hu: np.ndarray, masks: Masks, spacing: Spacing, rng: np.random.Generator) -> Changed:
    """No tumour at all."""
    return hu, {}


@dataclass(frozen=True)
class Inside:
    """Everything but the organ and its tumours becomes air: the organ's mask is given, in training as in the test.

    A network of a few hundred steps then learns tumours, not the organ's outline.
    """

    structures: tuple[str, ...]
    tumour: str

    def __call__(self, hu: np.ndarray, masks: Masks, spacing: Spacing, rng: np.random.Generator) -> Changed:
        return np.where(union(masks, (*self.structures, self.tumour)), hu, AIR_HU).astype(hu.dtype), {}


@dataclass(frozen=True)
class Spheres:
    """The naive way: uniform balls with a sharp border anywhere in the organ, a fixed number of HU darker than it.

    They are as large as the tumours of `size`, so that only their look differs.
    """

    structures: tuple[str, ...]
    tumour: str
    size: str = "mix"
    probability: float = PROBABILITY

    def __call__(self, hu: np.ndarray, masks: Masks, spacing: Spacing, rng: np.random.Generator) -> Changed:
        organ = union(masks, self.structures)
        if rng.random() >= self.probability or not organ.any():
            return hu, {}
        tumour = np.zeros(hu.shape, bool)
        count = int(rng.integers(1, _MOST + 1))
        for diameter in draw_diameters(self.size, count, "other", rng):
            ball = _ball(hu.shape, _somewhere(organ, rng), diameter / 2, spacing) & organ & ~tumour
            hu[ball] = np.rint(np.median(hu[organ]) - rng.uniform(*_DROP_HU))
            tumour |= ball
        return hu, {self.tumour: tumour}


@dataclass(frozen=True)
class Piece:
    """A real tumour cut out of its organ: float32 `relative` HU to the organ's `level` HU, bool `mask`, of one shape;
    `diameter_mm` of the sphere of its volume."""

    relative: np.ndarray
    mask: np.ndarray
    diameter_mm: float
    level: float

    def relative_to(self, level: float) -> np.ndarray:
        """Its HU relative to an organ of another level: the mean contrast is the same share of it, grain and noise stay."""
        return self.relative + float(self.relative[self.mask].mean()) * (level / max(self.level, _LEAST_HU) - 1)


@dataclass(frozen=True)
class Moved:
    """Real tumours of another organ, moved into this one: the best that a synthesiser could do that has learned that organ."""

    structures: tuple[str, ...]
    tumour: str
    pieces: tuple[Piece, ...]
    probability: float = PROBABILITY

    def __call__(self, hu: np.ndarray, masks: Masks, spacing: Spacing, rng: np.random.Generator) -> Changed:
        organ = union(masks, self.structures)
        if rng.random() >= self.probability or not organ.any():
            return hu, {}
        level, centre = float(np.median(hu[organ])), _somewhere(organ, rng)
        piece = self.pieces[int(rng.integers(len(self.pieces)))]
        here, there = _overlap(centre, piece.mask.shape, hu.shape)
        inside = piece.mask[there] & organ[here]
        tumour = np.zeros(hu.shape, bool)
        tumour[here] = inside
        if tumour.any():
            edge = ndimage.gaussian_filter(inside.astype(np.float32), _SOFT) * organ[here]
            mixed = (1 - edge) * hu[here] + edge * (level + piece.relative_to(level)[there])
            hu[here] = np.where(edge > 0.01, np.rint(mixed), hu[here]).astype(hu.dtype)
        return hu, {self.tumour: tumour}


def union(masks: Masks, structures: tuple[str, ...]) -> np.ndarray:
    """A paired organ's sides as one mask."""
    return np.any([masks[name] for name in structures if name in masks], axis=0)


def _somewhere(organ: np.ndarray, rng: np.random.Generator) -> tuple[int, int, int]:
    places = np.flatnonzero(organ)
    x, y, z = np.unravel_index(places[rng.integers(places.size)], organ.shape)
    return int(x), int(y), int(z)


def _ball(shape: tuple[int, ...], centre: tuple[int, int, int], radius_mm: float, spacing: Spacing) -> np.ndarray:
    axes = np.ogrid[tuple(slice(side) for side in shape)]
    squares = (((axis - c) * size) ** 2 for axis, c, size in zip(axes, centre, spacing, strict=True))
    return np.asarray(sum(squares) <= radius_mm**2)


def _overlap(
    centre: tuple[int, ...], small: tuple[int, ...], large: tuple[int, ...]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where a small array whose middle lies at `centre` of a large one overlaps it: in the large one, in the small one."""
    here, there = [], []
    for c, n, side in zip(centre, small, large, strict=True):
        first = c - n // 2
        low, high = max(first, 0), min(first + n, side)
        here.append(slice(low, high))
        there.append(slice(low - first, high - first))
    return tuple(here), tuple(there)
