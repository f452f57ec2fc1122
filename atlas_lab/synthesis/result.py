"""What synthesis returns: the new case, its tumours, and a record that makes them again."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.data.case import Case
from atlas_lab.data.masks import CroppedMask
from atlas_lab.synthesis.engine import Grown
from atlas_lab.synthesis.organs import organ_of, structures_of, tumor_of


@dataclass(frozen=True)
class Tumour:
    """One synthetic tumour.

    `structure` holds it (kidney_left), `organ` is what was asked for (kidney). `centre_mm` is its centre of mass in RAS+ mm,
    `diameter_mm` that of the sphere of its volume, `contrast_hu` its mean HU minus the organ's median before. `mask` is
    bool on the CT's grid, kept as its box, and `settings` every number that was drawn. `history`, where a method has
    one, is uint8 (stage, x, y, z): how it grew, on `box`.
    """

    structure: str
    organ: str
    method: str
    centre_mm: tuple[float, float, float]
    diameter_mm: float
    volume_ml: float
    contrast_hu: float
    box: tuple[slice, slice, slice]
    mask: CroppedMask
    settings: dict[str, Any] = field(repr=False)
    history: np.ndarray | None = field(default=None, repr=False)

    @property
    def row(self) -> dict[str, Any]:
        """Its line in a table."""
        x, y, z = self.centre_mm
        return {
            "organ": self.organ, "structure": self.structure, "method": self.method, "x_mm": x, "y_mm": y, "z_mm": z,
            "diameter_mm": self.diameter_mm, "volume_ml": self.volume_ml, "contrast_hu": self.contrast_hu,
        }  # fmt: skip


@dataclass(frozen=True)
class Synthesis:
    """A case with synthetic tumours.

    `case` is a new Case: its CT, the mask of the organ's tumours (real and synthetic), and masks that a mass effect moved.
    `record` is plain values; `al.synthesis.remake(case, record)` makes the same bytes again. Of each of its `tumours`, `voxel`
    is the voxel (x, y, z) of the CT that it grew around, and `corner` the first voxel of the organ's box.
    """

    case: Case
    tumours: tuple[Tumour, ...]
    record: dict[str, Any] = field(repr=False)

    @property
    def organ(self) -> np.ndarray:
        """The organ with its tumours, bool (x, y, z)."""
        mask = self.tumor
        for name in structures_of(self.record["organ"]):
            if name in self.case.labels:
                part = self.case.labels.cropped(name)
                mask[part.box] |= part.crop
        return mask

    @property
    def tumor(self) -> np.ndarray:
        """The synthetic tumours, bool (x, y, z)."""
        mask = np.zeros(self.case.ct.shape, bool)
        for tumour in self.tumours:
            mask[tumour.mask.box] |= tumour.mask.crop
        return mask

    @property
    def combined(self) -> np.ndarray:
        """The organ and its synthetic tumours by the release's ids, uint8 (x, y, z); 0 elsewhere."""
        ids = self.case.labels.class_map
        combined = np.zeros(self.case.ct.shape, np.uint8)
        for name in structures_of(self.record["organ"]):
            if name in self.case.labels:
                part = self.case.labels.cropped(name)
                combined[part.box][part.crop] = ids[name]
        combined[self.tumor] = ids[tumor_of(self.record["organ"])]
        return combined

    @property
    def table(self) -> pd.DataFrame:
        """One row a tumour: organ, structure, method, centre, diameter mm, volume mL, contrast HU."""
        return pd.DataFrame([tumour.row for tumour in self.tumours])

    def __repr__(self) -> str:
        sizes = ", ".join(f"{tumour.diameter_mm:.0f}" for tumour in self.tumours)
        return f"Synthesis({self.case.id!r}, {len(self.tumours)} {self.record['organ']} tumours of {sizes} mm)"


def measured(grown: Grown, hu: np.ndarray, affine: np.ndarray, mask: CroppedMask, method: str) -> Tumour:
    """A tumour as it is in the end: `hu` and `affine` are the CT's, `mask` its own on the CT's grid."""
    corner = [part.start for part in mask.box]
    centre = affine[:3, :3] @ (np.argwhere(mask.crop).mean(axis=0) + corner) + affine[:3, 3]
    volume = mask.voxels * abs(float(np.linalg.det(affine[:3, :3])))
    structure = str(grown.plan.structure)
    return Tumour(
        structure,
        organ_of(structure),
        method,
        (float(centre[0]), float(centre[1]), float(centre[2])),
        float(np.cbrt(6 * volume / np.pi)),
        volume / 1000,
        float(hu[mask.box][mask.crop].mean(dtype=np.float64) - grown.level),
        grown.box,
        mask,
        dict(grown.growth.settings),
        grown.growth.history,
    )
