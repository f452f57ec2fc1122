"""A CT: voxels in HU, and where they are in the patient."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np

from atlas_lab.data import cache, geometry, nifti
from atlas_lab.errors import InputError


class Volume:
    """A 3-D image with its place in the patient.

    Arrays are `(x, y, z)` in RAS+ order (x to the patient's right, y to the front, z to the head), int16 HU where all
    values are whole numbers, else float32; `affine` leads from voxel indices to RAS+ millimetres. A volume opened from
    a file is lazy: the header is read at once, the voxels on first touch, decoded once into the disk cache.
    """

    def __init__(
        self, array: np.ndarray, affine: np.ndarray, *, disk: nifti.DiskFormat | None = None, source: Path | None = None
    ) -> None:
        """`array` is (x, y, z) in HU, `affine` 4x4; an array whose axes are not RAS+ is turned (a view, no copy).

        `disk` says how a save should lay it out. InputError: not 3-D, not numbers, an unusable affine.
        """
        array = np.asarray(array)
        where = source or "this volume"
        if array.ndim != 3 or 0 in array.shape:
            raise InputError(f"{where}: the array has shape {array.shape}; a volume is 3-D (x, y, z)")
        if array.dtype.kind not in "biuf":
            raise InputError(f"{where}: voxels of type {array.dtype} are not numbers")
        affine = geometry.check_affine(affine, where)
        orientation = geometry.orientation_of(affine)
        self._affine = geometry.ras_affine(affine, array.shape, orientation)
        self._shape = geometry.ras_shape(array.shape, orientation)
        self._load: Callable[[], np.ndarray] = lambda: geometry.to_ras(array, orientation)
        self._array: np.ndarray | None = self._load()
        self._disk = disk
        self.source = source

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """A NIfTI file (`.nii`, `.nii.gz`); only its header is read. InputError names the file and what is wrong."""
        path = Path(path).absolute()  # the caller may go elsewhere before the voxels are read
        disk = nifti.read_format(path)
        return cls.lazy(lambda: cache.cached(path, "values", lambda: nifti.read_array(path, disk)), disk, source=path)

    @classmethod
    def lazy(cls, load: Callable[[], np.ndarray], disk: nifti.DiskFormat, *, source: Path | None = None) -> Self:
        """A volume whose voxels `load()` brings on first touch, in the order on disk that `disk` describes."""
        volume = cls.__new__(cls)
        volume._affine, volume._shape = disk.ras_affine, disk.ras_shape
        volume._load = lambda: geometry.to_ras(load(), disk.orientation)
        volume._array = None
        volume._disk = disk
        volume.source = source
        return volume

    @property
    def array(self) -> np.ndarray:
        """Voxel values in HU, (x, y, z), RAS+; read-only when it comes from a file."""
        if self._array is None:
            self._array = self._load()
        return self._array

    @property
    def affine(self) -> np.ndarray:
        """Voxel indices (x, y, z, 1) → RAS+ millimetres, 4x4 float64."""
        return self._affine.copy()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y and z."""
        return self._shape

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size in mm along x, y and z."""
        return geometry.spacing_of(self._affine)

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in mL (exact for oblique and sheared affines)."""
        return abs(float(np.linalg.det(self._affine[:3, :3]))) / 1000

    @property
    def disk(self) -> nifti.DiskFormat | None:
        """How the image lies on disk; None for one that was made in memory."""
        return self._disk

    @property
    def original_orientation(self) -> str:
        """Axis codes on disk, e.g. `LPS`; a save restores them."""
        return geometry.codes_of(self._disk.affine if self._disk else self._affine)

    def like(self, array: np.ndarray) -> "Volume":
        """A volume with other voxels on this grid, saved the way this one would be."""
        if array.shape != self.shape:
            raise InputError(f"an array of shape {array.shape} does not fit a volume of shape {self.shape}")
        return Volume(array, self._affine, disk=self._disk)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a NIfTI atomically, in the original orientation, dtype and affine; a dtype too narrow is widened.

        InputError: a name that is not .nii or .nii.gz, disk full, no permission (a file that was there survives).
        """
        nifti.write(Path(path), self.array, self._affine, self._disk)
        return Path(path)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __getstate__(self) -> dict[str, Any]:
        # a lazily opened file travels to another process as its path, everything else as its voxels
        if self.source is not None and self._disk is not None and self.source.name.endswith(nifti.SUFFIXES):
            return {"path": self.source}
        return {"array": np.asarray(self.array), "affine": self._affine, "disk": self._disk, "source": self.source}

    def __setstate__(self, state: dict[str, Any]) -> None:
        other = (
            Volume.open(state["path"])
            if "path" in state
            else Volume(state["array"], state["affine"], disk=state["disk"], source=state["source"])
        )
        self.__dict__.update(other.__dict__)

    def __repr__(self) -> str:
        where = f", {self.source}" if self.source else ""
        return f"Volume({self.grid}, {self.original_orientation} on disk{where})"

    @property
    def grid(self) -> str:
        """Shape and spacing in words, e.g. `512 x 512 x 300 voxels, 0.75 x 0.75 x 1 mm`."""
        return f"{' x '.join(map(str, self.shape))} voxels, {' x '.join(f'{v:.4g}' for v in self.spacing)} mm"
