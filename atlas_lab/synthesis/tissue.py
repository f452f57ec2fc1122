"""What a synthesiser sees of a patient: one organ in its box, and what lies where no tumour may grow."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from atlas_lab.errors import InputError

Box = tuple[slice, slice, slice]

_SAMPLE = 20_000  # voxels are plenty for a median


class NoRoom(InputError):
    """The organ has no place left for a tumour of this size."""


@dataclass(frozen=True)
class Tissue:
    """An organ (of a pair, one side) in a box around it.

    `hu` is the CT, int16 or float32, bool `organ` the tissue in which a centre may lie, bool `taken` everything that a
    tumour must not touch (labelled vessels, real and earlier synthetic tumours), all of the box's shape (x, y, z). The
    arrays are views: what is written into them is in the patient. `spacing` mm; `structure` the mask's name, `organ_name`
    what was asked for (kidney for kidney_left); `phase` one of `anatomy.PHASES`; `level` HU is the organ's median and
    `noise` HU its robust standard deviation; `corner` the box's first voxel in the CT.
    """

    hu: np.ndarray
    organ: np.ndarray
    taken: np.ndarray
    spacing: tuple[float, float, float]
    structure: str
    organ_name: str
    phase: str
    level: float
    noise: float
    corner: tuple[int, int, int] = (0, 0, 0)

    @property
    def voxel_mm3(self) -> float:
        return float(np.prod(self.spacing))

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.organ.shape

    def box(self, centre: Iterable[float], reach_mm: float) -> Box:
        """The voxels within `reach_mm` of a voxel along each axis, cut at the box's faces."""
        sides = zip(centre, self.spacing, self.shape, strict=True)
        low_high = [(max(int(np.floor(c - reach_mm / s)), 0), min(int(np.ceil(c + reach_mm / s)) + 1, n)) for c, s, n in sides]
        return tuple(slice(low, max(high, low)) for low, high in low_high)  # type: ignore[return-value]


@dataclass(frozen=True)
class Site:
    """Where a tumour is to grow: `centre`, a voxel of the tissue's box; `diameter_mm` of the sphere of its volume; `clipped`
    says that it must not leave the organ (a tumour of the kidney's surface may)."""

    centre: tuple[int, int, int]
    diameter_mm: float
    clipped: bool = True


@dataclass(frozen=True)
class Growth:
    """A tumour that was made: within `box` of the tissue, `hu` float32 the new HU and bool `mask` the tumour, both of the
    box's shape.

    Where bool `region` is False `hu` is not looked at: those voxels stay, bit by bit. `settings` are all numbers that were
    drawn, in plain values. `warp`, float32 (3, x, y, z), is set where tissue was pushed aside: voxel v of the box now shows
    what was at v + warp[:, v] (voxels), and every mask moves with it; `hu` holds the pushed tissue already. `history` are
    the stages of its growth, uint8 (stage, x, y, z) on the box.
    """

    box: Box
    hu: np.ndarray
    mask: np.ndarray
    region: np.ndarray
    settings: dict[str, object]
    warp: np.ndarray | None = None
    history: np.ndarray | None = None


def level_and_noise(hu: np.ndarray, organ: np.ndarray, where: str) -> tuple[float, float]:
    """Median HU of an organ and its robust standard deviation (1.4826 times the median absolute deviation), above 0.

    InputError, which starts with `where`: no voxel, or HU that are no number among those that are looked at.
    """
    step = max(round((organ.size / (8 * _SAMPLE)) ** (1 / 3)), 1)
    thinned = (slice(None, None, step),) * 3
    values = hu[thinned][organ[thinned]].astype(np.float32)
    if values.size < min(_SAMPLE // 50, organ.size):
        values = hu[organ].astype(np.float32)
    if not values.size:
        raise InputError(f"{where}: the mask is empty; a tumour needs an organ to grow in")
    if not np.isfinite(values).all():
        raise InputError(f"{where}: the CT has voxels that are no number (NaN or infinite); replace them before synthesis")
    level = float(np.median(values))
    return level, max(1.4826 * float(np.median(np.abs(values - level))), 1.0)
