"""One image on the grid of another: by world millimetres, so the two may be turned, oblique or cut differently."""

from functools import partial
from typing import cast, overload

import numpy as np
from scipy import ndimage

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask, bounding_box
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

Box = tuple[slice, slice, slice]

_SLAB_VOXELS = 1 << 24  # interpolated at once, so that float32 values never exist for a whole CT
_EDGE = 0.5 + 1e-6  # a field of view ends half a voxel beyond its outermost voxel centres


@overload
def regrid(image: Volume, like: Volume, *, outside: float = ...) -> Volume: ...
@overload
def regrid(image: LabelMap, like: Volume | LabelMap, *, outside: float = ...) -> LabelMap: ...
def regrid(image: Volume | LabelMap, like: Volume | LabelMap, *, outside: float = -1024.0) -> Volume | LabelMap:
    """A volume or label map on the grid of `like`; what is where in the patient (RAS+ mm) does not change.

    Values are interpolated linearly (whole numbers stay whole, int16 stays int16), each mask linearly with a threshold
    of one half. Beyond the image's field of view a volume is `outside` (HU; the default is air) and a mask empty. A
    structure too small for the new grid keeps the voxel it is nearest to. InputError: voxels that cannot hold `outside`.
    """
    to_old = np.linalg.inv(image.affine) @ like.affine
    if isinstance(image, LabelMap):
        masks = {name: partial(_mask, image.cropped(name), to_old, like.shape) for name in image}
        return LabelMap(masks, like.affine, image.class_map, shape=like.shape, disk=like.disk)
    array = _values(image.array, to_old, like.shape, outside)
    return Volume(array, like.affine, disk=like.disk and like.disk.encoded_as(array.dtype))


def _values(old: np.ndarray, to_old: np.ndarray, shape: tuple[int, int, int], outside: float) -> np.ndarray:
    """`old` (x, y, z) on a new grid of `shape` whose indices `to_old` (4x4) leads back; float32, or as `old` if whole."""
    whole = old.dtype.kind in "biu"
    if whole:
        lowest, highest = (0, 1) if old.dtype == bool else (np.iinfo(old.dtype).min, np.iinfo(old.dtype).max)
        if not (lowest <= outside <= highest and float(outside).is_integer()):
            raise InputError(f"outside={outside:g}: {old.dtype} voxels hold whole numbers from {lowest} to {highest} only")
    dtype = old.dtype if whole else np.dtype(np.float32)
    new = np.empty(shape, dtype=dtype)
    thickness = max(1, _SLAB_VOXELS // (shape[0] * shape[1]))
    for first in range(0, shape[2], thickness):
        box = (slice(0, shape[0]), slice(0, shape[1]), slice(first, min(first + thickness, shape[2])))
        part = _interpolate(old, to_old, box, "nearest")
        part[~_within(old.shape, to_old, box)] = outside
        new[box] = np.rint(part, out=part) if whole else part
    return new


def _mask(mask: CroppedMask, to_old: np.ndarray, shape: tuple[int, int, int]) -> CroppedMask:
    """A mask on a new grid; only the box that its old box can reach is interpolated."""
    empty = CroppedMask(shape, (slice(0, 0),) * 3, np.zeros((0, 0, 0), dtype=bool))
    if mask.voxels == 0:
        return empty
    start = np.array([side.start for side in mask.box])
    ends = [(side.start - 1, side.stop) for side in mask.box]
    corners = np.array([[x, y, z, 1] for x in ends[0] for y in ends[1] for z in ends[2]], dtype=float)
    reached = (np.linalg.inv(to_old) @ corners.T)[:3]
    first = np.clip(np.floor(reached.min(axis=1)), 0, shape).astype(int)
    last = np.clip(np.ceil(reached.max(axis=1)) + 1, 0, shape).astype(int)
    if (last <= first).any():
        return empty
    box = cast(Box, tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True)))
    # one voxel more on every side: empty, or at the edge of the field of view the mask as it is there
    padded = np.pad(mask.crop.astype(np.float32), 1, mode="edge")
    for axis, (side, size) in enumerate(zip(mask.box, mask.shape, strict=True)):
        across = np.moveaxis(padded, axis, 0)
        across[0] *= side.start == 0
        across[-1] *= side.stop == size
    shifted = to_old.copy()
    shifted[:3, 3] -= start - 1
    found = (_interpolate(padded, shifted, box, "constant") >= 0.5) & _within(mask.shape, to_old, box)
    if not found.any():
        middle = np.linalg.inv(to_old) @ [*(np.argwhere(mask.crop).mean(axis=0) + start), 1]
        voxel = np.rint(middle[:3]).astype(int)
        if (voxel < first).any() or (voxel >= last).any():
            return empty
        found[tuple(voxel - first)] = True
    inner = bounding_box(found)
    within = tuple(slice(o.start + i.start, o.start + i.stop) for o, i in zip(box, inner, strict=True))
    return CroppedMask(shape, cast(Box, within), np.ascontiguousarray(found[inner]))


def _interpolate(old: np.ndarray, to_old: np.ndarray, box: Box, mode: str) -> np.ndarray:
    """float32 values of `old` at the voxels of `box` in the new grid; `mode` as in scipy.ndimage, 0 where "constant"."""
    matrix, offset = to_old[:3, :3], (to_old @ [*(side.start for side in box), 1])[:3]
    if np.abs(matrix - np.diag(np.diag(matrix))).max() < 1e-9:
        matrix = np.diag(matrix)  # axes that do not mix are interpolated several times faster
    shape = tuple(side.stop - side.start for side in box)
    values: np.ndarray = ndimage.affine_transform(
        old.astype(np.float32) if old.dtype == bool else old,
        matrix,
        offset,
        output_shape=shape,
        output=np.float32,
        order=1,
        mode=mode,
        prefilter=False,
    )
    return values


def _within(shape: tuple[int, ...], to_old: np.ndarray, box: Box) -> np.ndarray:
    """Which voxels of `box` in the new grid lie in the field of view of the old grid of `shape`; bool, the box's shape."""
    x, y, z = np.ogrid[box]
    inside = np.ones(tuple(side.stop - side.start for side in box), dtype=bool)
    for axis in range(3):
        row = to_old[axis]
        place = row[0] * x + row[1] * y + (row[2] * z + row[3])
        inside &= (place >= -_EDGE) & (place <= shape[axis] - 1 + _EDGE)
    return inside
