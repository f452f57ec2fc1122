"""One binary mask, kept as the small box around it: 25 structures of a large CT fit in memory together."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas_lab.data import geometry, nifti
from atlas_lab.errors import InputError


@dataclass(frozen=True)
class CroppedMask:
    """A bool mask of `shape`, of which only `box` (a slice an axis) is stored; outside it everything is False."""

    shape: tuple[int, int, int]
    box: tuple[slice, slice, slice]
    crop: np.ndarray

    @classmethod
    def of(cls, mask: np.ndarray) -> "CroppedMask":
        """Crop a bool array of shape (x, y, z)."""
        box = bounding_box(mask)
        return cls(mask.shape, box, np.ascontiguousarray(mask[box]))

    @property
    def full(self) -> np.ndarray:
        """The whole mask, a new bool array (x, y, z)."""
        mask = np.zeros(self.shape, dtype=bool)
        mask[self.box] = self.crop
        return mask

    @property
    def voxels(self) -> int:
        return int(np.count_nonzero(self.crop))

    def at(self, voxel: tuple[int, int, int]) -> bool:
        """Whether one voxel (x, y, z) belongs to the structure."""
        inside = all(part.start <= v < part.stop for v, part in zip(voxel, self.box, strict=True))
        return inside and bool(self.crop[tuple(v - part.start for v, part in zip(voxel, self.box, strict=True))])

    @property
    def touches_border(self) -> bool:
        """Whether the structure reaches a face of the field of view."""
        return self.crop.size > 0 and any(
            part.start == 0 or part.stop == size for part, size in zip(self.box, self.shape, strict=True)
        )


def bounding_box(mask: np.ndarray) -> tuple[slice, slice, slice]:
    """The smallest box that holds every True voxel of (x, y, z); three empty slices when there is none."""
    slowest_first = sorted(range(3), key=lambda axis: -abs(mask.strides[axis]))
    turned = mask.transpose(slowest_first)
    plane = np.logical_or.reduce(turned, axis=0)  # along memory: an any() over the fastest axis takes 8 times as long
    hit = [np.flatnonzero(plane.any(axis=axis)) for axis in (1, 0)]
    if hit[0].size == 0:
        return (slice(0, 0), slice(0, 0), slice(0, 0))
    rows, columns = (slice(int(found[0]), int(found[-1]) + 1) for found in hit)
    part = turned[:, rows, columns]
    first = next(n for n in range(len(part)) if part[n].any())
    last = next(n for n in reversed(range(len(part))) if part[n].any())
    by_axis = dict(zip(slowest_first, (slice(first, last + 1), rows, columns), strict=True))
    return by_axis[0], by_axis[1], by_axis[2]


def read_mask(path: Path, shape: tuple[int, int, int], affine: np.ndarray) -> np.ndarray:
    """A mask file as a bool array (x, y, z) in RAS+; any one non-zero value means True.

    InputError: another grid than the one of `shape` and `affine`, or more values than two (a label map, not a mask).
    """
    disk = nifti.read_format(path)
    if not geometry.same_grid(disk.ras_shape, disk.ras_affine, shape, affine):
        raise InputError(f"{path}: {other_grid(disk, shape, affine)}; resample the mask onto the CT's grid")
    raw = nifti.read_raw(path, disk)
    # scaling does not matter to a mask as long as zero stays zero
    values = disk.encoding.decode(raw) if disk.encoding.inter else raw
    return geometry.to_ras(as_mask(values, path), disk.orientation)


def as_mask(values: np.ndarray, where: object) -> np.ndarray:
    """A bool array out of numbers that are 0 or one other whole number; InputError names `where` for anything else."""
    if values.dtype == bool:
        return values
    high = values.max(initial=0)
    if not float(high).is_integer() or not np.all((values == 0) | (values == high)):
        found = np.unique(values)
        some = ", ".join(f"{v:g}" for v in found[:5]) + (", …" if found.size > 5 else "")
        raise InputError(
            f"{where}: holds the values {some}; a mask has 0 and one whole number only (threshold a probability map)"
        )
    return values != 0


def other_grid(disk: nifti.DiskFormat, shape: tuple[int, int, int], affine: np.ndarray) -> str:
    """What is different, in the user's words."""
    if disk.ras_shape != tuple(shape):
        return f"has shape {disk.ras_shape}, but the CT has {tuple(shape)} (x, y, z in RAS+)"
    apart = np.abs(disk.ras_affine - affine).max()
    return f"lies elsewhere than the CT (affines differ by up to {apart:.3g} mm)"
