"""Planes into a volume: ordered by where they lie, and refused when they do not make a regular stack."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas_lab.data.dicom.headers import Plane
from atlas_lab.errors import InputError

_SAME_PLACE_MM = 0.01
_ROUNDING_MM = 0.1  # scanners write positions with as little as one decimal
_ROUNDING_PART = 0.15  # of the spacing, where that is less
_WHOLE = 0.2  # how far from a whole number of spacings a gap may be
_COSINES, _PIXEL = 1e-3, 1e-3
_TILT_DEG = 0.1
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Stack:
    """Planes in order along the normal (row x column direction) and the affine of an array (column, row, slice) → RAS+ mm.

    `tilt_deg` is the angle between the normal and the direction from slice to slice, 0 where they agree.
    """

    planes: tuple[Plane, ...]
    affine: np.ndarray
    tilt_deg: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """(columns, rows, slices)."""
        return self.planes[0].columns, self.planes[0].rows, len(self.planes)


def arrange(planes: Sequence[Plane], where: Path) -> Stack:
    """Order the planes and compute their exact affine; a tilted gantry gives a sheared one.

    InputError: planes without position, of different size, orientation or pixel spacing, at the same place, unevenly
    spaced, shifted sideways, or with a slice missing between them.
    """
    _check_alike(planes)
    row, column = np.array(planes[0].orientation, dtype=float).reshape(2, 3)
    if abs(row @ column) > 1e-2 or abs(np.linalg.norm(row) - 1) > 1e-2 or abs(np.linalg.norm(column) - 1) > 1e-2:
        raise InputError(f"{planes[0].path}: ImageOrientationPatient is not two perpendicular directions; export it again")
    normal = np.cross(row, column)
    planes = sorted(planes, key=lambda p: float(np.dot(p.position, normal)))  # type: ignore[arg-type]
    positions = np.array([p.position for p in planes])
    if len(planes) == 1:
        step, origin = normal * _thickness(planes[0]), positions[0]
    else:
        _check_spacing(planes, positions, normal, where)
        step, origin = np.polyfit(np.arange(len(planes)), positions, 1)  # exact where positions are not rounded
        _check_straight(positions - origin, step, normal, where)
    between_rows, between_columns = planes[0].pixel_spacing  # type: ignore[misc]
    affine = np.eye(4)
    affine[:3] = np.column_stack([row * between_columns, column * between_rows, step, origin])
    return Stack(tuple(planes), _LPS_TO_RAS @ affine, _tilt(positions, step, normal))


def _check_alike(planes: Sequence[Plane]) -> None:
    first = planes[0]
    for plane in planes:
        for tag in ("position", "orientation", "pixel_spacing"):
            if getattr(plane, tag) is None:
                raise InputError(f"{plane.path}: has no usable {_KEYWORDS[tag]}, so its place is unknown; export it again")
        if min(plane.pixel_spacing or (0.0,)) <= 0:
            raise InputError(f"{plane.path}: PixelSpacing {plane.pixel_spacing} is not positive; export it again")
        for what, mine, theirs, tolerance in (
            ("size (rows, columns)", (plane.rows, plane.columns), (first.rows, first.columns), 0.0),
            ("orientation", plane.orientation, first.orientation, _COSINES),
            ("pixel spacing", plane.pixel_spacing, first.pixel_spacing, _PIXEL),
        ):
            if not np.allclose(mine, theirs, rtol=0, atol=tolerance):  # type: ignore[arg-type]
                raise InputError(
                    f"{plane.path}: has {what} {mine}, but {first.path.name} of the same series has {theirs}; "
                    "move one kind to a folder of its own"
                )


_KEYWORDS = {"position": "ImagePositionPatient", "orientation": "ImageOrientationPatient", "pixel_spacing": "PixelSpacing"}


def _check_spacing(planes: Sequence[Plane], positions: np.ndarray, normal: np.ndarray, where: Path) -> None:
    gaps = np.diff(positions @ normal)
    axis = int(np.abs(normal).argmax())
    at = [f"{'xyz'[axis]} = {p[axis]:.2f}" for p in positions]
    doubled = np.flatnonzero(gaps < _SAME_PLACE_MM)
    if doubled.size:
        numbers = sorted({p.acquisition for p in planes})
        told = f" (AcquisitionNumber {', '.join(numbers)})" if len(numbers) > 1 else ""
        raise InputError(
            f"{where}: {doubled.size} position(s) hold several slices, the first {at[doubled[0]]} mm: several phases or time "
            f"points in one series{told}; move one of them to a folder of its own"
        )
    spacing = np.sort(gaps)[(len(gaps) - 1) // 2]  # the lower median: one missing slice of three does not change it
    spacing = gaps[np.rint(gaps / spacing) == 1].mean()
    counts = np.rint(gaps / spacing).astype(int)
    odd = np.flatnonzero((counts < 1) | (np.abs(gaps / spacing - counts) > _WHOLE))
    if odd.size:
        raise InputError(
            f"{where}: slices are not evenly spaced: {gaps[odd[0]]:.3g} mm after {at[odd[0]]} mm, {spacing:.3g} mm elsewhere; "
            "give one reconstruction with even spacing"
        )
    holes = np.flatnonzero(counts > 1)
    if holes.size:
        between = ", ".join(f"{at[i]} and {positions[i + 1][axis]:.2f} mm" for i in holes[:5]) + (", …" if holes.size > 5 else "")
        raise InputError(
            f"{where}: slice missing between {between}; got {len(planes)} of {counts.sum() + 1} "
            f"(spacing {spacing:.3g} mm); copy the series again"
        )


def _check_straight(positions: np.ndarray, step: np.ndarray, normal: np.ndarray, where: Path) -> None:
    off = positions - np.outer(np.arange(len(positions)), step)
    along = np.abs(off @ normal)
    sideways = np.linalg.norm(off - np.outer(off @ normal, normal), axis=1)
    allowed = min(_ROUNDING_MM, _ROUNDING_PART * float(np.linalg.norm(step)))
    if along.max() > allowed:
        raise InputError(f"{where}: slices are not evenly spaced (up to {along.max():.2g} mm off); give one reconstruction")
    if sideways.max() > _ROUNDING_MM:
        raise InputError(
            f"{where}: slices are shifted sideways by up to {sideways.max():.2g} mm; they are not one straight stack"
        )


def _tilt(positions: np.ndarray, step: np.ndarray, normal: np.ndarray) -> float:
    sideways = step - (step @ normal) * normal
    angle = float(np.degrees(np.arctan2(np.linalg.norm(sideways), abs(step @ normal))))
    moved = np.linalg.norm(sideways) * (len(positions) - 1)
    return angle if angle > _TILT_DEG and moved > _ROUNDING_MM else 0.0


def _thickness(plane: Plane) -> float:
    if plane.thickness:
        return plane.thickness
    warnings.warn(f"{plane.path}: a single slice without SliceThickness; took 1 mm", stacklevel=4)
    return 1.0
