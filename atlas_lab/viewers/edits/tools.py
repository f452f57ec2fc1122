"""What fills, interpolates and grows: each gives the voxels to add, and changes nothing itself."""

import itertools

import cc3d
import numpy as np
from scipy import ndimage

from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, nearest
from atlas_lab.figures.planes import PLANES, VIEWS

HU = tuple[float, float]


def axis_of(plane: str) -> int:
    """The array axis a plane cuts. InputError: an unknown plane."""
    if plane not in PLANES:
        raise InputError(f"unknown plane {plane!r}: {nearest(plane, PLANES)}planes are {', '.join(PLANES)}")
    return VIEWS[plane].axis


def check_hu(hu: HU) -> HU:
    """InputError: not two numbers (lowest, highest) in HU, the first no larger than the second."""
    try:
        low, high = (float(v) for v in hu)
    except (TypeError, ValueError):
        raise InputError(f"hu={hu!r}: give the range as (lowest, highest) in HU") from None
    if not low <= high:
        raise InputError(f"hu=({low:g}, {high:g}): the lowest HU must not be above the highest")
    return low, high


def holes(mask: CroppedMask, axis: int, index: int) -> CroppedMask:
    """The voxels of one slice that its part of the mask encloses. InputError: no such slice."""
    if not 0 <= index < mask.shape[axis]:
        raise InputError(f"slice {index}: there are slices 0 to {mask.shape[axis] - 1} in this plane")
    side = mask.box[axis]
    if not side.start <= index < side.stop:
        return CroppedMask.of(np.zeros(mask.shape, dtype=bool))
    painted = np.take(mask.crop, index - side.start, axis=axis)
    found = np.expand_dims(ndimage.binary_fill_holes(painted) & ~painted, axis)
    box = list(mask.box)
    box[axis] = slice(index, index + 1)
    return CroppedMask(mask.shape, tuple(box), found)  # type: ignore[arg-type]


def between(mask: CroppedMask, axis: int, spacing: tuple[float, float, float]) -> CroppedMask:
    """The empty slices between two painted ones, along an axis, by shape-based interpolation.

    Distances to the contour (mm, positive inside) are interpolated linearly and cut at zero: Raya & Udupa, IEEE Trans.
    Med. Imaging 9(1), 1990. `spacing` is the voxel size in mm along x, y and z.
    """
    slices = np.moveaxis(mask.crop, axis, 0)
    in_plane = [size for other, size in enumerate(spacing) if other != axis]
    added = np.zeros_like(mask.crop)
    new = np.moveaxis(added, axis, 0)
    painted = np.flatnonzero(slices.any(axis=(1, 2)))
    for low, high in itertools.pairwise(painted):
        if high - low > 1:
            below, above = (_signed_distance(slices[index], in_plane) for index in (low, high))
            for index in range(low + 1, high):
                part = (index - low) / (high - low)
                new[index] = (1 - part) * below + part * above > 0
    return CroppedMask(mask.shape, mask.box, added)


def region(ct: Volume, seed: tuple[int, int, int], hu: HU, max_mm: float) -> CroppedMask:
    """The voxels around a seed (x, y, z) with HU in the range, joined to it face to face, no farther than `max_mm`.

    InputError: a seed outside the volume or with other HU, a radius that is not above 0.
    """
    low, high = check_hu(hu)
    if not 0 < max_mm < np.inf:
        raise InputError(f"max_mm={max_mm} must be above 0 mm")
    seed = tuple(int(v) for v in seed)  # type: ignore[assignment]
    if len(seed) != 3 or not all(0 <= v < size for v, size in zip(seed, ct.shape, strict=True)):
        raise InputError(f"seed {seed}: is no voxel of this volume of shape {ct.shape}")
    own = float(ct.array[seed])
    if not low <= own <= high:
        raise InputError(f"seed {seed}: has {own:g} HU, outside {low:g} to {high:g}; choose another seed or a range around it")
    to_mm = ct.affine[:3, :3]
    reach = max_mm * np.linalg.norm(np.linalg.inv(to_mm), axis=1)  # in voxels, exact for oblique axes
    box = tuple(
        slice(max(0, int(np.ceil(v - r))), min(size, int(np.floor(v + r)) + 1))
        for v, r, size in zip(seed, reach, ct.shape, strict=True)
    )
    x, y, z = (axis - v for axis, v in zip(np.ogrid[box], seed, strict=True))
    squares = sum((row[0] * x + row[1] * y + row[2] * z) ** 2 for row in to_mm)
    values = ct.array[box]
    wanted = (values >= low) & (values <= high) & (squares <= max_mm**2)
    parts = cc3d.connected_components(wanted, connectivity=6)
    return CroppedMask(ct.shape, box, parts == parts[tuple(v - side.start for v, side in zip(seed, box, strict=True))])  # type: ignore[arg-type]


def _signed_distance(mask: np.ndarray, spacing: list[float]) -> np.ndarray:
    """mm from each pixel to the nearest one on the other side of the contour, positive inside."""
    framed = np.pad(mask, 1)  # beyond the box there is nothing
    inside = ndimage.distance_transform_edt(framed, sampling=spacing)
    outside = ndimage.distance_transform_edt(~framed, sampling=spacing)
    distance: np.ndarray = (inside - outside)[1:-1, 1:-1]
    return distance
