"""Lesions cut out of their scans, all on voxels of one size, so that real and synthetic ones can be compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from atlas_lab.errors import InputError

SEEN = 32  # voxels along each side of what an observer is shown


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion in the middle of a box of cubic voxels.

    `hu` float32, bool `mask` and `organ` (its organ without any lesion), all (x, y, z), at least `SEEN` voxels along each
    side. `level` HU is the median of the whole organ without its lesions, `diameter_mm` that of the sphere of the lesion's
    volume in the scan, `scan_mm` the side of a cube of the scan's voxel volume.
    """

    hu: np.ndarray
    mask: np.ndarray
    organ: np.ndarray
    level: float
    patient: str
    diameter_mm: float
    scan_mm: float

    @property
    def relative(self) -> np.ndarray:
        """HU above the organ's level, float32 (x, y, z)."""
        return self.hu - np.float32(self.level)

    @property
    def seen(self) -> np.ndarray:
        """What an observer is shown: HU above the organ's level, float32, `SEEN` voxels along each side.

        0 outside the lesion and its organ: whether there is fat, or another lesion, beside it says nothing of the lesion.
        """
        box = tuple(slice(side // 2 - SEEN // 2, side // 2 + SEEN // 2) for side in self.hu.shape)
        return np.where(self.mask[box] | self.organ[box], self.relative[box], np.float32(0))


@dataclass(frozen=True, eq=False)
class Lesions(Sequence[Lesion]):
    """Lesions of one kind: `spacing_mm` is the side of their voxels, `left_out` how many were too small or cut by the scan."""

    lesions: tuple[Lesion, ...]
    spacing_mm: float
    left_out: int = 0

    @property
    def patients(self) -> np.ndarray:
        """The patient of each lesion."""
        return np.array([lesion.patient for lesion in self.lesions], dtype=str)

    @property
    def diameters(self) -> np.ndarray:
        """mm, of each lesion."""
        return np.array([lesion.diameter_mm for lesion in self.lesions], dtype=float)

    def take(self, rows: Sequence[int] | np.ndarray) -> "Lesions":
        """Some of them, in this order."""
        return replace(self, lesions=tuple(self.lesions[row] for row in rows))

    def __len__(self) -> int:
        return len(self.lesions)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        return self.lesions[row]

    def __iter__(self) -> Iterator[Lesion]:
        return iter(self.lesions)

    def __repr__(self) -> str:
        if not self.lesions:
            return "Lesions(none)"
        low, median, high = np.percentile(self.diameters, (0, 50, 100))
        many = f"{len(self)} of {len(set(self.patients))} patients"
        return f"Lesions({many}, {low:.0f} to {high:.0f} mm, median {median:.0f}, voxels of {self.spacing_mm:g} mm)"


def check_lesions(real: Lesions, synthetic: Lesions) -> None:
    """InputError: one side has no lesion or one patient only, their voxels differ, HU that are no number."""
    for name, side in (("real", real), ("synthetic", synthetic)):
        check_side(name, side)
    if not np.isclose(real.spacing_mm, synthetic.spacing_mm):
        raise InputError(
            f"real lesions have voxels of {real.spacing_mm:g} mm and synthetic ones of {synthetic.spacing_mm:g} mm; "
            "take both with one spacing_mm"
        )


def check_side(name: str, side: Lesions) -> None:
    """InputError, which calls the side `name`: no lesion, one patient only, HU that are no number."""
    if not isinstance(side, Lesions):
        raise InputError(f"{name}: give what lesions_of returns, not {type(side).__name__}")
    if not len(side):
        raise InputError(f"{name}: holds no lesion; {side.left_out} were left out as too small for its voxels or cut")
    if len(set(side.patients)) < 2:
        raise InputError(f"{name}: its {len(side)} lesions are of 1 patient; a comparison needs 2")
    for lesion in side:
        if not np.isfinite(lesion.hu).all():
            raise InputError(f"{name}: the CT of {lesion.patient} has voxels that are no number (NaN or infinite)")
