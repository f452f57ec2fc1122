"""Probabilities in a byte a voxel, on the CT's own grid: what models that disagree are found by."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self, cast

import numpy as np

from atlas_lab.data import geometry, nifti
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.regrid import regrid
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, nearest
from atlas_lab.learning.inference.pieces import EMPTY, Box, box_of
from atlas_lab.learning.inference.postprocess.crops import tight
from atlas_lab.runs import atomic_folder


class Crop(NamedTuple):
    """Values in a box of a grid, 0 outside it."""

    box: Box
    values: np.ndarray


class SoftPredictions(Mapping[str, np.ndarray]):
    """Structure → probability as uint8 (x, y, z) in RAS+, p = value / 255, on one grid (`shape`, `affine`).

    Whole arrays are made when they are asked for; what is held is the box around what is above 0.
    """

    def __init__(
        self,
        values: Mapping[str, Callable[[], Crop]],
        affine: np.ndarray,
        shape: tuple[int, int, int],
        *,
        disk: nifti.DiskFormat | None = None,
    ) -> None:
        """`values` brings each structure's box when it is asked for; `disk` says how a save lays the files out."""
        self._values = dict(values)
        self.affine, self.shape, self.disk = affine, shape, disk

    def __getitem__(self, name: str) -> np.ndarray:
        box, values = self.cropped(name)
        whole = np.zeros(self.shape, np.uint8)
        whole[box] = values
        return whole

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def cropped(self, name: str) -> Crop:
        """The box around a structure's values, and those in it. InputError: a structure that is not there."""
        if name not in self._values:
            raise InputError(f"no probabilities of {name!r}: {nearest(name, self._values)}there are {', '.join(self._values)}")
        return self._values[name]()

    def labels(self, threshold: float = 0.5) -> LabelMap:
        """Each structure where its probability is above `threshold`."""
        masks = {name: partial(self._mask, name, threshold) for name in self}
        return LabelMap(masks, self.affine, shape=self.shape, disk=self.disk)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write `folder/<structure>.nii.gz`, uint8, all or nothing. InputError: the folder is there already, disk full."""
        folder = Path(folder).absolute()
        like = self.disk.encoded_as(np.uint8) if self.disk else None
        with atomic_folder(folder) as temporary:
            for name in self:
                nifti.write(temporary / f"{name}.nii.gz", self[name], self.affine, like)
        return folder

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """What `save` wrote. InputError: no such files, files on several grids, numbers that are no bytes."""
        files = sorted(Path(folder).glob("*.nii.gz"))
        if not files:
            raise InputError(f"{folder}: holds no probabilities (STRUCTURE.nii.gz)")
        formats = {path: nifti.read_format(path) for path in files}
        first = formats[files[0]]
        for path, disk in formats.items():
            if not geometry.same_grid(disk.ras_shape, disk.ras_affine, first.ras_shape, first.ras_affine):
                raise InputError(f"{path}: lies on another grid than {files[0].name}; predict them together")
            if disk.encoding.dtype != np.uint8 or disk.encoding.scaled:
                raise InputError(f"{path}: holds {disk.encoding.dtype} numbers, not probabilities as uint8")
        values = {path.name.removesuffix(".nii.gz"): partial(_read, path, disk) for path, disk in formats.items()}
        return cls(values, first.ras_affine, first.ras_shape, disk=first)

    def _mask(self, name: str, threshold: float) -> CroppedMask:
        box, values = self.cropped(name)
        return tight(self.shape, box, values > 255 * threshold)

    def __repr__(self) -> str:
        return f"SoftPredictions({len(self)} structures on {' x '.join(map(str, self.shape))}: {', '.join(self)})"


def on_grid(crop: Crop, shape: tuple[int, int, int], affine: np.ndarray, like: Volume) -> Crop:
    """Values (uint8) of a grid of `shape` and `affine` on that of `like`, interpolated linearly where they reach."""
    if crop.box == EMPTY:
        return crop
    # one voxel more on every side: 0, or at the edge of the field of view the values as they are there
    padded = np.pad(crop.values, 1, mode="edge")
    for axis, (side, size) in enumerate(zip(crop.box, shape, strict=True)):
        across = np.moveaxis(padded, axis, 0)
        across[0] *= side.start == 0
        across[-1] *= side.stop == size
    start = np.array([side.start - 1 for side in crop.box])
    corners = np.array([[x, y, z, 1] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * [*padded.shape, 1]
    moved = affine.copy()
    moved[:3, 3] = (affine @ [*start, 1])[:3]
    reached = (np.linalg.inv(like.affine) @ moved @ corners.T)[:3]
    first = np.clip(np.floor(reached.min(axis=1)), 0, like.shape).astype(int)
    last = np.clip(np.ceil(reached.max(axis=1)) + 1, 0, like.shape).astype(int)
    if (last <= first).any():
        return Crop(EMPTY, np.zeros((0, 0, 0), np.uint8))
    target = like.affine
    target[:3, 3] = (target @ [*first, 1])[:3]
    frame = Volume(np.broadcast_to(np.uint8(0), last - first), target)
    values = regrid(Volume(padded, moved), frame, outside=0).array
    box = box_of(values)
    if box == EMPTY:
        return Crop(EMPTY, values[EMPTY])
    within = cast(Box, tuple(slice(int(f) + b.start, int(f) + b.stop) for f, b in zip(first, box, strict=True)))
    return Crop(within, np.ascontiguousarray(values[box]))


def _read(path: Path, disk: nifti.DiskFormat) -> Crop:
    values = geometry.to_ras(nifti.read_raw(path, disk), disk.orientation)
    box = box_of(values)
    return Crop(box, np.ascontiguousarray(values[box]))
