"""Resampling, cropping to the patient, HU windows: one obvious function each. World coordinates never change."""

import dataclasses
from typing import cast, overload

import cc3d
import numpy as np
from scipy import ndimage

from atlas_lab.data import geometry, nifti
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask, bounding_box
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, nearest

Spacing = float | tuple[float, float, float]
Box = tuple[slice, slice, slice]

# name → (centre, width) in HU; usual radiology presets
WINDOWS: dict[str, tuple[float, float]] = {
    "soft tissue": (40, 400),
    "liver": (60, 160),
    "pancreas": (60, 250),
    "vessels": (150, 500),
    "lung": (-600, 1500),
    "bone": (400, 1800),
    "full range": (0, 2000),
}


def window(hu: np.ndarray, level: str | tuple[float, float] = "soft tissue") -> np.ndarray:
    """HU of any shape → float32 grey values from 0 (black) to 1 (white); NaN is black.

    `level` is a name in `WINDOWS` or (centre, width) in HU. InputError: an unknown name, a width that is not above 0.
    """
    center, width = preset(level) if isinstance(level, str) else level
    if not width > 0 or not np.isfinite((center, width)).all():
        raise InputError(f"window {level}: give (centre, width) in HU with a width above 0")
    grey = (np.asarray(hu, dtype=np.float32) - np.float32(center - width / 2)) / np.float32(width)
    return np.nan_to_num(np.clip(grey, 0, 1, out=grey), copy=False)


def preset(name: str) -> tuple[float, float]:
    """A window's (centre, width) in HU. InputError: an unknown name."""
    if name not in WINDOWS:
        raise InputError(f"unknown window {name!r}: {nearest(name, WINDOWS)}known are {', '.join(WINDOWS)}")
    return WINDOWS[name]


@overload
def resample(image: Volume, spacing_mm: Spacing) -> Volume: ...
@overload
def resample(image: LabelMap, spacing_mm: Spacing) -> LabelMap: ...
@overload
def resample(image: Case, spacing_mm: Spacing) -> Case: ...
def resample(image: Volume | LabelMap | Case, spacing_mm: Spacing) -> Volume | LabelMap | Case:
    """A volume, label map or case on a grid with this voxel size in mm (one number, or one each along x, y, z).

    The field of view keeps its centre and, to a voxel, its size; HU are interpolated linearly (int16 stays int16), each
    mask linearly with a threshold of one half. A structure too small for the new grid keeps the voxel it is nearest to,
    so that "present" never turns into "absent". InputError: a spacing that is not above 0.
    """
    if isinstance(image, Case):
        ct, labels = resample(image.ct, spacing_mm), resample(image.labels, spacing_mm)
        return _changed(image, ct, labels, resampled_mm=list(ct.spacing))
    shape, step, shift, affine = _new_grid(image.shape, image.affine, spacing_mm)
    disk = _moved(image.disk, shape, affine)
    if isinstance(image, LabelMap):
        labels = LabelMap({}, affine, image.class_map, shape=shape, disk=disk)
        for name in image:  # one after the other: a label map keeps only the box around each
            labels[name] = _resample_mask(image.cropped(name), shape, step, shift)
        return labels
    array = ndimage.affine_transform(
        image.array.astype(np.float32), step, shift, output_shape=shape, order=1, mode="nearest", prefilter=False
    )
    whole = image.array.dtype.kind in "biu"
    return Volume(np.rint(array).astype(image.array.dtype) if whole else array, affine, disk=disk)


def crop_to_foreground(case: Case, margin_mm: float = 10.0, *, threshold_hu: float = -500.0) -> Case:
    """The case cut to the box around the patient: the largest connected piece above `threshold_hu`, plus a margin in mm.

    CT and labels keep their world coordinates. InputError: nothing is above the threshold, a negative margin.
    """
    if not margin_mm >= 0:
        raise InputError(f"margin_mm={margin_mm} must be 0 or more")
    bright = np.asarray(case.ct.array > threshold_hu)
    if not bright.any():
        raise InputError(f"{case.id}: no voxel is above {threshold_hu:g} HU, so there is nothing to crop to")
    inner = bounding_box(cc3d.largest_k(bright, k=1, connectivity=6) > 0)
    extra = [int(np.ceil(margin_mm / size)) for size in case.ct.spacing]
    sides = zip(inner, extra, case.ct.shape, strict=True)
    box = cast(Box, tuple(slice(max(0, s.start - more), min(size, s.stop + more)) for s, more, size in sides))
    affine = case.ct.affine
    affine[:3, 3] = (affine @ [*(s.start for s in box), 1])[:3]
    array = np.ascontiguousarray(case.ct.array[box])
    disk = _moved(case.ct.disk, array.shape, affine)
    labels = LabelMap({}, affine, case.labels.class_map, shape=array.shape, disk=disk)
    for name in case.labels:
        labels[name] = case.labels[name][box]
    return _changed(case, Volume(array, affine, disk=disk), labels, cropped=[[s.start, s.stop] for s in box])


def _new_grid(
    shape: tuple[int, int, int], affine: np.ndarray, spacing_mm: Spacing
) -> tuple[tuple[int, int, int], np.ndarray, np.ndarray, np.ndarray]:
    """New shape, step and shift (old index = new index * step + shift, per axis) and new affine."""
    wanted = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), (3,))
    if not (np.isfinite(wanted).all() and (wanted > 0).all()):
        raise InputError(f"spacing_mm={spacing_mm} must be above 0 mm")
    old = np.array(shape)
    step = wanted / geometry.spacing_of(affine)
    new = np.maximum(1, np.rint(old / step)).astype(int)
    shift = (old - 1) / 2 - step * (new - 1) / 2
    moved = affine @ np.block([[np.diag(step), shift[:, None]], [np.zeros((1, 3)), np.ones((1, 1))]])
    return cast(tuple[int, int, int], tuple(int(n) for n in new)), step, shift, moved


def _resample_mask(mask: CroppedMask, shape: tuple[int, int, int], step: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """A bool array of `shape`; only the part of the new grid that the mask's box reaches is interpolated."""
    out = np.zeros(shape, dtype=bool)
    if mask.voxels == 0:
        return out
    start = np.array([s.start for s in mask.box])
    stop = np.array([s.stop for s in mask.box])
    first = np.clip(np.floor((start - 1 - shift) / step).astype(int), 0, np.array(shape) - 1)
    last = np.clip(np.ceil((stop - shift) / step).astype(int) + 1, first + 1, shape)
    # beyond the field of view a mask goes on as it is at the edge; beyond its own box it is empty
    at_edge = np.array([[s.start == 0, s.stop == size] for s, size in zip(mask.box, mask.shape, strict=True)])
    padded = np.pad(mask.crop.astype(np.float32), [(1, 1)] * 3)
    for axis, (low, high) in enumerate(at_edge):
        across = np.moveaxis(padded, axis, 0)
        across[0], across[-1] = across[1] * low, across[-2] * high
    offset = first * step + shift - start + 1
    soft = ndimage.affine_transform(
        padded, step, offset, output_shape=tuple(last - first), order=1, mode="nearest", prefilter=False
    )
    out[tuple(slice(a, b) for a, b in zip(first, last, strict=True))] = soft >= 0.5
    if not out.any():
        middle = np.argwhere(mask.crop).mean(axis=0) + start
        out[tuple(np.clip(np.rint((middle - shift) / step).astype(int), 0, np.array(shape) - 1))] = True
    return out


def _moved(disk: nifti.DiskFormat | None, shape: tuple[int, ...], affine: np.ndarray) -> nifti.DiskFormat | None:
    """The same way to lie on disk (orientation, dtype) for another grid; the raw header tells of the old one, so it goes."""
    if disk is None:
        return None
    on_disk = cast(tuple[int, int, int], tuple(shape[int(target)] for target in disk.orientation[:, 0]))
    moved = geometry.disk_affine(affine, on_disk, disk.orientation)
    return dataclasses.replace(disk, shape=on_disk, affine=moved, header=b"")


def _changed(case: Case, ct: Volume, labels: LabelMap, **how: object) -> Case:
    return dataclasses.replace(
        case, ct=ct, labels=labels, meta=dict(case.meta), provenance={**case.provenance, **how}, folder=None
    )
