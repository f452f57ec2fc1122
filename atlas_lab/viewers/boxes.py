"""Findings as framed boxes in the patient's millimetres: what a detector says, or a radiologist pointed at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

_COLOR = "#ffd60a"


@dataclass(frozen=True)
class Box:
    """A finding: its label and two opposite corners in RAS+ mm; `color` is an sRGB hex string.

    Compare the talk's picture of "two potential tumors" (Zhou, Towards 3D Atlas of Human Body).
    """

    label: str
    corner_mm: tuple[float, float, float]
    opposite_mm: tuple[float, float, float]
    color: str = _COLOR

    @classmethod
    def around(cls, label: str, mask: np.ndarray, volume: Volume, *, margin_mm: float = 2.0, color: str = _COLOR) -> "Box":
        """The box around a bool array (x, y, z) on the grid of `volume`. InputError: the mask is empty or lies elsewhere."""
        if mask.shape != volume.shape or not mask.any():
            raise InputError(f"{label}: no box fits around this mask; it needs a voxel, and the CT's shape {volume.shape}")
        inside = np.argwhere(mask)
        ends = np.array([inside.min(axis=0) - 0.5, inside.max(axis=0) + 0.5])
        corners = np.array([[ends[i, 0], ends[j, 1], ends[k, 2], 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        mm = (corners @ volume.affine.T)[:, :3]
        low, high = mm.min(axis=0) - margin_mm, mm.max(axis=0) + margin_mm
        return cls(label, tuple(low.tolist()), tuple(high.tolist()), color)

    def voxels(self, volume: Volume) -> tuple[list[float], list[float]]:
        """The lowest and highest voxel coordinates (x, y, z) of the box, not rounded; a voxel's centre is a whole number."""
        ends = (self.corner_mm, self.opposite_mm)
        corners = np.array([[ends[i][0], ends[j][1], ends[k][2], 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        inside = (corners @ np.linalg.inv(volume.affine).T)[:, :3]
        return inside.min(axis=0).tolist(), inside.max(axis=0).tolist()


def check_boxes(boxes: Iterable[Box | Sequence[Any]], volume: Volume) -> list[Box]:
    """Boxes, or (label, corner, opposite corner) of each. InputError: not that, or a box outside the volume."""
    checked = []
    for given in [boxes] if isinstance(boxes, Box) else boxes:
        try:
            box = given if isinstance(given, Box) else Box(*given)
            low, high = box.voxels(volume)
        except (TypeError, ValueError, IndexError):
            raise InputError(f"boxes: {given!r} is not a box; give al.viewers.Box(label, (x, y, z), (x, y, z)) in mm") from None
        sides = zip(low, high, volume.shape, strict=True)
        if not np.isfinite([low, high]).all() or any(top < 0 or size <= bottom for bottom, top, size in sides):
            raise InputError(f"boxes: {box.label!r} lies outside the volume; corners are RAS+ millimetres, not voxels")
        checked.append(box)
    return checked
