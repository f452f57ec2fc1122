"""Affines and orientations: the only module that knows how array axes lie in the patient.

World space is RAS+ in millimetres: x grows to the patient's right, y to the front, z to the head. An *orientation* is
nibabel's (3, 2) array: for every axis on disk, the RAS axis it becomes and whether it is flipped.
"""

from typing import cast

import numpy as np
from nibabel import orientations

from atlas_lab.errors import InputError

_TOLERANCE_MM = 1e-2  # affines written as float32, and quaternions, differ by less


def check_affine(affine: np.ndarray, where: object) -> np.ndarray:
    """A float64 copy of a usable 4x4 affine; InputError names `where` it came from and what is wrong with it."""
    affine = np.array(affine, dtype=np.float64)
    if affine.shape != (4, 4):
        raise InputError(f"{where}: the affine has shape {affine.shape}, not (4, 4)")
    if not np.isfinite(affine).all():
        raise InputError(f"{where}: the affine holds NaN or infinity; the file's header is broken, export it again")
    lengths = spacing_of(affine)
    if min(lengths) <= 0 or abs(np.linalg.det(affine[:3, :3])) < 1e-6 * float(np.prod(lengths)):
        raise InputError(f"{where}: the affine is singular (spacing {lengths} mm); the file's header is broken, export it again")
    if not np.allclose(affine[3], (0, 0, 0, 1)):
        raise InputError(f"{where}: the last row of the affine is {affine[3].tolist()}, not 0 0 0 1")
    return affine


def spacing_of(affine: np.ndarray) -> tuple[float, float, float]:
    """Voxel size in mm along each array axis."""
    lengths = np.sqrt((np.asarray(affine, dtype=np.float64)[:3, :3] ** 2).sum(axis=0))
    return cast(tuple[float, float, float], tuple(float(v) for v in lengths))


def codes_of(affine: np.ndarray) -> str:
    """Where each array axis points, e.g. `LPS`."""
    return "".join(orientations.aff2axcodes(affine))


def orientation_of(affine: np.ndarray) -> np.ndarray:
    """The orientation that turns an array with this affine to closest RAS+, without resampling."""
    return orientations.io_orientation(affine)


def to_ras(array: np.ndarray, orientation: np.ndarray) -> np.ndarray:
    """The array with its axes permuted and flipped to RAS+: a view, no voxel is copied."""
    return orientations.apply_orientation(array, orientation)


def from_ras(array: np.ndarray, orientation: np.ndarray) -> np.ndarray:
    """The inverse of `to_ras`: a view in the order on disk."""
    back = orientations.ornt_transform(orientations.axcodes2ornt("RAS"), orientation)
    return orientations.apply_orientation(array, back)


def ras_shape(shape: tuple[int, ...], orientation: np.ndarray) -> tuple[int, int, int]:
    """The shape an array on disk has after `to_ras`."""
    turned = [0, 0, 0]
    for axis, target in enumerate(orientation[:, 0].astype(int)):
        turned[target] = int(shape[axis])
    return cast(tuple[int, int, int], tuple(turned))


def ras_affine(affine: np.ndarray, shape: tuple[int, ...], orientation: np.ndarray) -> np.ndarray:
    """The affine after `to_ras` of an array with this shape and affine on disk."""
    return affine @ orientations.inv_ornt_aff(orientation, shape)


def disk_affine(affine: np.ndarray, disk_shape: tuple[int, ...], orientation: np.ndarray) -> np.ndarray:
    """The affine on disk of an array in RAS+ order: the inverse of `ras_affine`."""
    return affine @ np.linalg.inv(orientations.inv_ornt_aff(orientation, disk_shape))


def same_grid(shape: tuple[int, ...], affine: np.ndarray, other_shape: tuple[int, ...], other_affine: np.ndarray) -> bool:
    """Whether two grids put every voxel at the same place, to a hundredth of a millimetre."""
    if tuple(shape) != tuple(other_shape):
        return False
    corners = np.array([[x, y, z, 1] for x in (0, shape[0]) for y in (0, shape[1]) for z in (0, shape[2])], dtype=float).T
    return bool(np.allclose(affine @ corners, other_affine @ corners, rtol=0, atol=_TOLERANCE_MM))
