"""Slices as a radiologist expects them: which way up, which side left, at which window.

Axial slices are seen from the feet (patient's right on the left of the picture, front at the top), coronal ones from
the front, sagittal ones from the patient's left (front on the left). Pictures keep every voxel: nothing is smoothed.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError

Plane = Literal["axial", "coronal", "sagittal"]
PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")


@dataclass(frozen=True)
class View:
    """How one plane is shown: `axis` is cut, `across` and `down` are the array axes of columns and rows.

    Both run against their axis in every plane (x, y and z all shrink towards the right or the bottom). `letters` name
    the picture's left, right, top and bottom.
    """

    axis: int
    across: int
    down: int
    letters: tuple[str, str, str, str]


VIEWS: dict[Plane, View] = {
    "axial": View(axis=2, across=0, down=1, letters=("R", "L", "A", "P")),
    "coronal": View(axis=1, across=0, down=2, letters=("R", "L", "S", "I")),
    "sagittal": View(axis=0, across=1, down=2, letters=("A", "P", "S", "I")),
}


def planes_of(shape: tuple[int, int, int]) -> tuple[Plane, ...]:
    """The planes worth showing: a single slice has no other two."""
    return tuple(plane for plane in PLANES if shape[VIEWS[plane].across] > 1 and shape[VIEWS[plane].down] > 1) or PLANES


def cut(array: np.ndarray, plane: Plane, index: int) -> np.ndarray:
    """One slice of an (x, y, z) RAS+ array as a picture (rows, columns), turned to the radiological convention."""
    return upright(slab(array, plane, index))


def slab(array: np.ndarray, plane: Plane, index: int) -> np.ndarray:
    """One slice as a view: of a memory-mapped CT only the pages under it are read (`np.take` would read all)."""
    return array[(slice(None),) * VIEWS[plane].axis + (index,)]


def upright(plane: np.ndarray) -> np.ndarray:
    """An array slice (across, down) as a picture (rows, columns)."""
    return plane.T[::-1, ::-1]


def position(plane: Plane, voxel: tuple[int, int, int], shape: tuple[int, int, int]) -> tuple[int, int]:
    """Row and column at which `cut` shows a voxel."""
    view = VIEWS[plane]
    return shape[view.down] - 1 - voxel[view.down], shape[view.across] - 1 - voxel[view.across]


def size_mm(plane: Plane, shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> tuple[float, float]:
    """Width and height of the plane's picture in mm."""
    view = VIEWS[plane]
    return shape[view.across] * spacing[view.across], shape[view.down] * spacing[view.down]


def centre(labels: LabelMap, name: str) -> tuple[int, int, int]:
    """The voxel (x, y, z) to look at for a structure or organ: in its largest axial slice, nearest to that slice's centre.

    Always a voxel of the structure (a curved organ's centroid may lie outside it). InputError: it has no voxel here.
    """
    names = expand(name, labels)
    union = np.zeros(labels.shape, dtype=bool)
    for part in names:
        if part in labels:
            mask = labels.cropped(part)
            union[mask.box] |= mask.crop
    areas = union.sum(axis=(0, 1))
    if not areas.any():
        raise InputError(f"cannot look at {name!r}: it is {labels.status(names[0])} in this case")
    z = int(areas.argmax())
    inside = np.argwhere(union[:, :, z])
    nearest = inside[((inside - inside.mean(axis=0)) ** 2).sum(axis=1).argmin()]
    return int(nearest[0]), int(nearest[1]), z


def shown_structures(labels: LabelMap, chosen: str | Iterable[str] | None) -> list[str]:
    """The structures to draw, large before small so that nothing is covered: those chosen, or all that have voxels."""
    chosen = [chosen] if isinstance(chosen, str) else chosen
    names = labels.names if chosen is None else [n for name in chosen for n in expand(name, labels)]
    present = [name for name in dict.fromkeys(names) if labels.cropped(name).voxels]
    return sorted(present, key=lambda name: -labels.cropped(name).voxels)


def expand(name: str, annotated: Container[str]) -> tuple[str, ...]:
    """The structures that `name` means: itself where it is annotated, else both sides of an organ. InputError: unknown."""
    return (name,) if name in annotated else anatomy.organ(name)
