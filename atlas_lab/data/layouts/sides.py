"""Left and right of a pair that a data set labels as one, decided in world millimetres.

In RAS+ space x grows towards the patient's right, so the left organ has the smaller world x.
"""

from collections.abc import Callable

import cc3d
import numpy as np

from atlas_lab.data.masks import CroppedMask, bounding_box
from atlas_lab.data.volume import Volume

Sides = tuple[CroppedMask, CroppedMask]

_BODY_HU = -500
_SPECK = 0.02  # a second piece smaller than this share of the first is no organ
_FUSED = 0.2  # one piece with at least this share on each side of the body is both organs, grown or drawn together


def split_pair(mask: CroppedMask, affine: np.ndarray, body_middle: Callable[[], float]) -> Sides:
    """The left and the right organ of a merged mask: its two largest 26-connected pieces, smaller world x first.

    Where there are no two pieces side by side, `body_middle()` (world x in mm) decides: the pieces of a lone organ go
    to the side of the body most of it lies on, and an organ that lies on both is cut at the middle. Other pieces are
    left out.
    """
    if mask.voxels == 0:
        return mask, mask
    pieces = cc3d.connected_components(mask.crop, connectivity=26)
    found = cc3d.statistics(pieces)
    sizes = found["voxel_counts"]
    largest = [int(n) + 1 for n in np.argsort(-sizes[1:].astype(np.int64), kind="stable")[:2]]
    if len(largest) == 2 and sizes[largest[1]] < _SPECK * sizes[largest[0]]:
        largest = largest[:1]
    if len(largest) == 2:
        start = np.array([s.start for s in mask.box])
        x = {n: float(affine[0] @ [*(found["centroids"][n] + start), 1]) for n in largest}
        left, right = sorted(largest, key=x.__getitem__)
        width = max(_width(found["bounding_boxes"][n], affine) for n in largest)
        side_by_side = x[right] - x[left] > width  # pieces of one organ lie closer
        if side_by_side or x[left] < body_middle() <= x[right]:
            return _part(mask, pieces == left), _part(mask, pieces == right)
    alone = _part(mask, np.isin(pieces, largest))
    on_left = _world_x(alone, affine) < body_middle()
    share = np.count_nonzero(alone.crop & on_left) / alone.voxels
    if _FUSED <= share <= 1 - _FUSED:
        return _part(alone, alone.crop & on_left), _part(alone, alone.crop & ~on_left)
    none = _part(alone, np.zeros_like(alone.crop))
    return (alone, none) if share > 0.5 else (none, alone)


def share_tumors(tumors: CroppedMask, sides: Sides, affine: np.ndarray, body_middle: Callable[[], float]) -> Sides:
    """The two organs with every tumour joined to the one it lies in, touches most or is nearest to."""
    inside = [_within(side, tumors) for side in sides]
    if not (tumors.crop & ~inside[0] & ~inside[1]).any():
        return sides
    pieces, count = cc3d.connected_components(tumors.crop, connectivity=26, return_N=True)
    joined = [tumors.crop & inside[0], tumors.crop & inside[1]]
    middles = [_middle(side, affine) for side in sides]
    for number in range(1, count + 1):
        piece = pieces == number
        overlaps = [np.count_nonzero(piece & part) for part in inside]
        if any(overlaps):
            side = int(overlaps[1] > overlaps[0])
        else:
            middle = _middle(_part(tumors, piece), affine)
            away = [float(np.linalg.norm(m - middle)) for m in middles]  # NaN from an organ that is not there
            side = int(middle[0] >= body_middle()) if np.isnan(away).all() else int(np.nanargmin(away))
        joined[side] |= piece
    return union(sides[0], _part(tumors, joined[0])), union(sides[1], _part(tumors, joined[1]))


def middle_of_body(ct: Volume) -> float:
    """World x in mm of the middle of everything above -500 HU: where left and right meet, wherever the patient lies."""
    body = ct.array > _BODY_HU
    profiles = [body.sum(axis=tuple(a for a in range(3) if a != axis)) for axis in range(3)]
    total = profiles[0].sum()
    middle = [p @ np.arange(p.size) / total if total else (p.size - 1) / 2 for p in profiles]
    return float(ct.affine[0] @ [*middle, 1])


def union(a: CroppedMask, b: CroppedMask) -> CroppedMask:
    """Every voxel of either mask."""
    if not a.voxels or not b.voxels:
        return a if a.voxels else b
    hull = [slice(min(p.start, q.start), max(p.stop, q.stop)) for p, q in zip(a.box, b.box, strict=True)]
    box = (hull[0], hull[1], hull[2])
    frame = CroppedMask(a.shape, box, np.zeros([s.stop - s.start for s in box], dtype=bool))
    return CroppedMask(a.shape, box, _within(a, frame) | _within(b, frame))


def _within(mask: CroppedMask, frame: CroppedMask) -> np.ndarray:
    """The part of `mask` in the box of `frame`, as a bool array of that box's shape."""
    out = np.zeros(frame.crop.shape, dtype=bool)
    target, source = [], []
    for own, other in zip(mask.box, frame.box, strict=True):
        low, high = max(own.start, other.start), min(own.stop, other.stop)
        if low >= high:
            return out
        target.append(slice(low - other.start, high - other.start))
        source.append(slice(low - own.start, high - own.start))
    out[tuple(target)] = mask.crop[tuple(source)]
    return out


def _part(mask: CroppedMask, crop: np.ndarray) -> CroppedMask:
    """Some voxels of a mask's box, cropped tight again."""
    inner = bounding_box(crop)
    if inner[0].stop == 0:
        return CroppedMask(mask.shape, inner, crop[inner])
    moved = [slice(i.start + s.start, i.stop + s.start) for i, s in zip(inner, mask.box, strict=True)]
    return CroppedMask(mask.shape, (moved[0], moved[1], moved[2]), np.ascontiguousarray(crop[inner]))


def _middle(mask: CroppedMask, affine: np.ndarray) -> np.ndarray:
    """Centre of mass in world mm, NaN of an empty mask."""
    if not mask.voxels:
        return np.full(3, np.nan)
    index = np.argwhere(mask.crop).mean(axis=0) + [s.start for s in mask.box]
    return (affine @ [*index, 1])[:3]


def _world_x(mask: CroppedMask, affine: np.ndarray) -> np.ndarray:
    """World x in mm of each voxel of the mask's box."""
    i, j, k = (np.arange(s.start, s.stop) for s in mask.box)
    return affine[0, 0] * i[:, None, None] + affine[0, 1] * j[:, None] + affine[0, 2] * k + affine[0, 3]


def _width(box: tuple[slice, slice, slice], affine: np.ndarray) -> float:
    """Size in mm along world x."""
    return float(sum(abs(affine[0, axis]) * (s.stop - s.start) for axis, s in enumerate(box)))
