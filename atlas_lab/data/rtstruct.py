"""RTSTRUCT: contours that a radiation oncologist drew, as masks on the CT's grid."""

import itertools
import os
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.config import disable_value_validation
from scipy import ndimage

from atlas_lab import anatomy
from atlas_lab.data.dicom.members import member
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

_FILLED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_SAME_PLANE = 0.1  # in slices: contours this close together are one drawing, holes included
_REGULAR = 1.5  # times the usual distance between contours: a gap that is still drawn on purpose, not left empty
_OBLIQUE = 0.5  # in slices: a contour that spans more does not lie in a slice


@dataclass(frozen=True)
class _Contour:
    """A polygon in one slice: `points` (n, 2) voxel indices along the two in-plane axes, `depth` along the slice axis."""

    points: np.ndarray
    depth: float


def read_rtstruct(path: str | os.PathLike[str], ct: Volume) -> LabelMap:
    """Every region of an RTSTRUCT file as a mask on the CT's grid, rasterised on first touch.

    A voxel belongs to a region when its centre is inside an odd number of the region's contours in that slice, so inner
    contours and keyholes are holes. Where contours were drawn regularly but not on every slice, the slices between are
    interpolated (signed distance); a larger gap stays one. Names are translated to AbdomenAtlas names where known,
    else kept, made safe as file names. A region without contours is an empty mask; one of mere points, or (with a
    warning) outside the CT, is left out.

    `path` may be `scan.zip/member`. InputError: not an RTSTRUCT, no contour within the CT's grid, contours that do not
    lie in its slices, a damaged file.
    """
    path = Path(path)
    regions = _read_points(path)
    to_index = np.linalg.inv(ct.affine) @ np.diag([-1.0, -1.0, 1.0, 1.0])  # DICOM is LPS
    indexed = {n: [c @ to_index[:3, :3].T + to_index[:3, 3] for c in contours] for n, contours in regions.items()}
    axis = _slice_axis([c for contours in indexed.values() for c in contours], path)
    outside = [n for n, contours in indexed.items() if contours and not any(_meets(c, ct.shape) for c in contours)]
    if outside and not any(contours for n, contours in indexed.items() if n not in outside):
        raise InputError(f"{path}: its contours lie outside the CT's grid; they belong to another scan or frame of reference")
    if outside:
        warnings.warn(f"{path}: left out {', '.join(outside)}, which lie outside the CT", stacklevel=2)
    plane_axes = [a for a in range(3) if a != axis]
    masks = {}
    for name, contours in indexed.items():
        if name not in outside:
            flat = [_Contour(c[:, plane_axes], float(c[:, axis].mean())) for c in contours]
            masks[name] = partial(_rasterise, flat, ct.shape, axis)
    return LabelMap(masks, ct.affine, shape=ct.shape, disk=ct.disk)


def _read_points(path: Path) -> dict[str, list[np.ndarray]]:
    """Region name → its filled contours as (n, 3) points in DICOM's LPS mm."""
    with member(path) as file:
        try:
            with file.open() as opened, disable_value_validation():
                dataset = pydicom.dcmread(opened)
                if dataset.get("Modality") != "RTSTRUCT":
                    raise InputError(f"{path}: is {dataset.get('Modality', 'DICOM without modality')}, not an RTSTRUCT")
                return _regions(dataset)
        except InputError:
            raise
        except Exception as error:  # a damaged file makes the parser fail in any way
            raise InputError(f"{path}: is not readable as an RTSTRUCT ({' '.join(str(error).split())[:120]})") from error


def _regions(dataset: Any) -> dict[str, list[np.ndarray]]:
    drawn = {int(item.ReferencedROINumber): item.get("ContourSequence") or () for item in dataset.get("ROIContourSequence") or ()}
    regions: dict[str, list[np.ndarray]] = {}
    for item in dataset.get("StructureSetROISequence") or ():
        number = int(item.ROINumber)
        contours = drawn.get(number, ())
        filled = [c for c in contours if c.get("ContourGeometricType") in _FILLED]
        if filled or not contours:
            name = _name(str(item.get("ROIName", "")), number, regions)
            regions[name] = [points for c in filled if len(points := _points(c)) > 2]
    return regions


def _points(contour: Any) -> np.ndarray:
    points = np.array(contour.ContourData, dtype=float).reshape(-1, 3)
    if not np.isfinite(points).all():
        raise ValueError("a contour holds NaN or infinity")
    return points


def _name(original: str, number: int, taken: Iterable[str]) -> str:
    translated = anatomy.translate(original)
    safe = re.sub(r"[^\w.+-]+", "_", original.strip()).strip("._")
    name = translated if translated in anatomy.BY_NAME else safe or f"roi_{number}"
    return name if name not in taken else f"{name}_{number}"


def _slice_axis(contours: list[np.ndarray], path: Path) -> int:
    """The array axis across which the contours are flat."""
    if not contours:
        return 2
    spans = np.array([np.ptp(c, axis=0) for c in contours])
    axis = int(spans.max(axis=0).argmin())
    if spans[:, axis].max() > _OBLIQUE:
        raise InputError(
            f"{path}: its contours do not lie in the CT's slices; they were drawn on an image of another orientation"
        )
    return axis


def _meets(points: np.ndarray, shape: tuple[int, int, int]) -> bool:
    return bool((points.max(axis=0) >= -0.5).all() and (points.min(axis=0) <= np.array(shape) - 0.5).all())


def _rasterise(contours: list[_Contour], shape: tuple[int, int, int], axis: int) -> CroppedMask:
    mask = np.zeros(shape, dtype=bool)
    slices = np.moveaxis(mask, axis, 0)
    planes = _planes(contours)
    nearest: dict[int, float] = {}
    for depth in planes:
        index = int(np.floor(depth + 0.5))
        if 0 <= index < len(slices) and abs(depth - index) < abs(nearest.get(index, np.inf) - index):
            nearest[index] = depth
    for index, depth in nearest.items():
        slices[index] = _fill(planes[depth], slices.shape[1:])
    drawn = sorted(nearest.items())
    every = min((high - low for low, high in itertools.pairwise(sorted(nearest.values()))), default=0.0)
    for (low, low_depth), (high, high_depth) in itertools.pairwise(drawn):
        if high - low > 1 and high_depth - low_depth < _REGULAR * every:
            below, above = _signed_distance(slices[low]), _signed_distance(slices[high])
            for index in range(low + 1, high):
                part = (index - low_depth) / (high_depth - low_depth)
                slices[index] = (1 - part) * below + part * above > 0
    return CroppedMask.of(mask)


def _planes(contours: list[_Contour]) -> dict[float, list[np.ndarray]]:
    """Depth → the polygons drawn there together."""
    planes: dict[float, list[np.ndarray]] = {}
    for contour in sorted(contours, key=lambda c: c.depth):
        last = next(reversed(planes), None)
        if last is None or contour.depth - last > _SAME_PLANE:
            planes[last := contour.depth] = []
        planes[last].append(contour.points)
    return planes


def _fill(polygons: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Which pixel centres are inside an odd number of polygons; a centre on the lower edge is in, on the upper edge out.

    For every row of pixels, each edge that crosses it flips all pixels after the crossing; the parity of the flips is
    the answer for any number of polygons, touching, nested or keyholed.
    """
    flips = np.zeros((shape[0], shape[1] + 1), dtype=np.int32)
    for points in polygons:
        start, end = points, np.roll(points, -1, axis=0)
        first, after = np.ceil(start[:, 0]), np.ceil(end[:, 0])  # half-open, so a vertex on a row counts once
        low, high = (np.clip(side, 0, shape[0]).astype(int) for side in (np.minimum(first, after), np.maximum(first, after)))
        edges = np.repeat(np.arange(len(points)), high - low)
        rows = np.arange(len(edges)) - np.repeat(np.cumsum(high - low) - (high - low), high - low) + low[edges]
        along = (rows - start[edges, 0]) / (end[edges, 0] - start[edges, 0])  # 0 to 1, however short the edge
        crossing = start[edges, 1] + along * (end[edges, 1] - start[edges, 1])
        np.add.at(flips, (rows, np.clip(np.ceil(crossing), 0, shape[1]).astype(int)), 1)
    inside: np.ndarray = np.cumsum(flips[:, :-1], axis=1) % 2 == 1
    return inside


def _signed_distance(mask: np.ndarray) -> np.ndarray:
    """Pixels to the border, positive inside; far below zero everywhere for an empty mask."""
    if not mask.any():
        return np.full(mask.shape, -float(sum(mask.shape)))
    distance: np.ndarray = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)
    return distance
