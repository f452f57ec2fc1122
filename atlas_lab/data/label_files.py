"""Label maps on disk: one mask file a structure, or one file with ids."""

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from scipy import ndimage

from atlas_lab import anatomy
from atlas_lab.data import cache, geometry, nifti
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask, other_grid, read_mask
from atlas_lab.errors import InputError

ClassMap = str | Mapping[str, int]


def structure_files(folder: Path) -> dict[str, Path]:
    """Structure name → mask file, for every NIfTI in a `segmentations` folder."""
    files = sorted(p for p in folder.glob("*.nii*") if p.name.endswith(nifti.SUFFIXES) and not p.name.startswith("."))
    return {p.name.removesuffix(".gz").removesuffix(".nii"): p for p in files}


def open_masks(files: Mapping[str, Path], grid: nifti.DiskFormat, class_map: ClassMap) -> LabelMap:
    """A lazy label map with one 0/1 file a structure, all on the grid of the CT."""
    shape, affine = grid.ras_shape, grid.ras_affine
    loaders = {name: partial(read_mask, path, shape, affine) for name, path in files.items()}
    return LabelMap(loaders, affine, class_map, shape=shape, disk=grid)


def open_ids(
    path: Path,
    ids: Mapping[str, Iterable[int]],
    grid: nifti.DiskFormat,
    class_map: ClassMap,
    *,
    known: Iterable[int] | None = None,
) -> LabelMap:
    """A lazy label map out of one file with ids: structure → the ids that belong to it (a tumour is its organ's too).

    InputError on first touch: another grid, or an id outside `known` (default: all ids named).
    """
    allowed = frozenset(known if known is not None else (i for values in ids.values() for i in values))
    return _label_map(IdFile(path, grid, allowed), ids, class_map)


def open_combined(path: Path, grid: nifti.DiskFormat, class_map: ClassMap) -> LabelMap:
    """`combined_labels.nii.gz` on its own. Structures without a voxel are left out: nobody says they were looked for."""
    ids = anatomy.class_map(class_map)
    file = IdFile(path, grid, frozenset(ids.values()))
    return _label_map(file, {n: (i,) for n, i in ids.items() if i in file.boxes}, class_map)


def _label_map(file: "IdFile", ids: Mapping[str, Iterable[int]], class_map: ClassMap) -> LabelMap:
    loaders = {name: partial(file.mask, tuple(values)) for name, values in ids.items()}
    return LabelMap(loaders, file.grid.ras_affine, class_map, shape=file.grid.ras_shape, disk=file.grid)


class IdFile:
    """A file of ids, decoded once through the cache and searched once for where each id lies."""

    def __init__(self, path: Path, grid: nifti.DiskFormat, allowed: frozenset[int]) -> None:
        self.path, self.grid, self.allowed = path, grid, allowed

    @cached_property
    def ids(self) -> np.ndarray:
        """uint8 (x, y, z) in RAS+."""
        disk = nifti.read_format(self.path)
        if not geometry.same_grid(disk.ras_shape, disk.ras_affine, self.grid.ras_shape, self.grid.ras_affine):
            different = other_grid(disk, self.grid.ras_shape, self.grid.ras_affine)
            raise InputError(f"{self.path}: {different}; resample the labels onto the CT's grid")
        values = cache.cached(self.path, "ids", lambda: _whole_ids(self.path, nifti.read_array(self.path, disk)))
        return geometry.to_ras(values, disk.orientation)

    @cached_property
    def boxes(self) -> dict[int, tuple[slice, slice, slice]]:
        """Id → the box around its voxels, for the ids that have any. InputError: an id outside the allowed ones."""
        # searched in the order in which the voxels lie in memory: six times faster than across it
        order = sorted(range(3), key=lambda axis: -abs(self.ids.strides[axis]))
        boxes = ndimage.find_objects(self.ids.transpose(order))
        found = {value: _unturned(box, order) for value, box in enumerate(boxes, 1) if box is not None}
        strangers = sorted(set(found) - self.allowed)
        if strangers:
            listed = ", ".join(map(str, strangers[:8]))
            raise InputError(f"{self.path}: label ids {listed} are outside the class map; give class_map= with their names")
        return found

    def mask(self, values: tuple[int, ...]) -> CroppedMask:
        """The union of some ids."""
        boxes = [self.boxes[v] for v in values if v in self.boxes]
        if not boxes:
            return CroppedMask.of(np.zeros(self.ids.shape, dtype=bool))
        sides = zip(*boxes, strict=True)
        box = tuple(slice(min(s.start for s in side), max(s.stop for s in side)) for side in sides)
        crop = self.ids[box]
        return CroppedMask(self.ids.shape, box, crop == values[0] if len(values) == 1 else np.isin(crop, values))  # type: ignore[arg-type]


def _unturned(box: tuple[slice, ...], order: list[int]) -> tuple[slice, slice, slice]:
    """A box found in an array whose axes were put in `order`, along x, y and z again."""
    x, y, z = (box[order.index(axis)] for axis in range(3))
    return x, y, z


def save_masks(labels: LabelMap, folder: Path) -> None:
    """One 0/1 file a structure into `folder`, each atomically.

    Where there are files already, only structures edited since the map was opened are written or removed: what somebody
    else drew in the meantime stays.
    """
    files = structure_files(folder)
    for name in labels:
        if name in labels.edited or name not in files:
            nifti.write(folder / f"{name}.nii.gz", labels[name].astype(np.uint8), labels.affine, _as_mask(labels.disk))
    for name in labels.edited & files.keys():
        if name not in labels:
            files[name].unlink()
        elif files[name].name != f"{name}.nii.gz":
            files[name].unlink()  # an uncompressed one that the new file replaces


def save_combined(labels: LabelMap, path: Path) -> None:
    """The uint8 view with the ids of the label map's class map."""
    nifti.write(path, labels.combined, labels.affine, _as_mask(labels.disk))


def _as_mask(disk: nifti.DiskFormat | None) -> nifti.DiskFormat | None:
    return None if disk is None else disk.encoded_as(np.uint8)


def _whole_ids(path: Path, values: np.ndarray) -> np.ndarray:
    if values.dtype != np.int16 or values.min() < 0 or values.max() > anatomy.MAX_ID:
        raise InputError(f"{path}: label ids must be whole numbers from 0 to {anatomy.MAX_ID}")
    return values.astype(np.uint8)
