"""Placing parts on a voxel grid: who yields to whom, which voxels are whose, and what the CT shows there."""

from collections.abc import Sequence
from dataclasses import dataclass

import cc3d
import numpy as np
import numpy.typing as npt

from atlas_lab.anatomy import BY_NAME
from atlas_lab.data.phantom.lesions import Lesion
from atlas_lab.data.phantom.outline import Outline
from atlas_lab.data.phantom.part import Drawn
from atlas_lab.data.phantom.shapes import distance_on
from atlas_lab.data.phantom.space import Array, Crop, Space, inside, overlap, room
from atlas_lab.data.phantom.tissue import Fields, Paint, occupancy

CONTACT_MM = 0.2  # organs closer than this touch


@dataclass(frozen=True, eq=False)
class Placed:
    """A part on the grid: below 0, `owned` (mm) is its mask; `filled` (mm) decides the share of a voxel it fills.

    The two differ where a part touches one before it: there it runs on beneath, so that no fat shows in between.
    """

    fill: Paint
    crop: Crop
    owned: Array
    filled: Array


@dataclass(frozen=True, eq=False)
class Scene:
    """All parts on the grid, by name, in order of precedence, and the lesions in the order they were given."""

    parts: dict[str, Placed]
    lesions: list[Placed]
    painting: list[Placed]


def place(
    parts: Sequence[Drawn], lesions: Sequence[Lesion], space: Space, outline: Outline, fields: Fields, *, crop_of_a_scan: bool
) -> Scene:
    """Put every part and lesion on the grid; each part yields to those before it.

    A labelled lesion widens its organ where it would bulge out of it. A labelled part or lesion stays in one piece:
    what others cut off from it goes. In a `crop_of_a_scan` pieces that reach its border stay: they may meet outside.
    """
    taken = np.full(space.shape, space.reach, np.float32)
    spread = np.clip(0.55 + 0.8 * fields["medium"], 0, 2)  # fat between organs: here a film, there none
    placed: dict[str, Placed] = {}
    growths: dict[int, Placed] = {}
    below: list[Placed] = []
    above: list[Placed] = []
    for part in parts:
        row = part.row
        own = [i for i, lesion in enumerate(lesions) if lesion.organ == part.name]
        bulging = [i for i in own if lesions[i].label]
        boxes = [part.shape.box(), *(lesions[i].shape.box() for i in bulging)]
        crop = space.crop(np.min([low for low, _ in boxes], axis=0), np.max([high for _, high in boxes], axis=0))
        if not taken[crop].size:
            placed[part.name] = Placed(part.fill, crop, taken[crop], taken[crop])
            growths.update(dict.fromkeys(own, placed[part.name]))
            continue
        distance = part.shape.distance(space, crop)
        if row.surface:
            distance = distance + np.float32(row.surface) * fields["medium"][crop]
        forms = {i: distance_on(lesions[i].shape, space, crop) for i in own}
        distance = np.minimum.reduce([distance, *(forms[i] for i in bulging)])
        if row.clip is not None:
            distance = np.maximum(distance, outline.cavity[crop] + np.float32(row.clip))
        if row.within:
            gap = np.float32(0)
            owned = distance = np.maximum(distance, _seen_from(placed[row.within], crop, space) + np.float32(0.5))
        else:
            gap = np.float32(row.gap) * spread[crop]
            owned = np.maximum(distance, -room(taken[crop] - gap, space.reach - row.gap))
        if part.name in BY_NAME:
            stray = _stray(owned < 0, crop_of_a_scan)
            owned, distance = (np.where(stray, np.float32(space.voxel), d) for d in (owned, distance))
        if not row.within:
            np.minimum(taken[crop], owned, out=taken[crop])
        filled = np.where(gap < CONTACT_MM, distance, owned)
        placed[part.name] = Placed(part.fill, crop, owned, filled)
        for i in own:
            growths[i] = _grown(lesions[i], forms[i], owned, crop, space)
        (above if row.within else below).append(placed[part.name])
    # mimics and lesions go on top of the vessels within their organ
    painting = [*reversed(below), *above, *growths.values()]
    return Scene(placed, [growths[i] for i in range(len(lesions))], painting)


def paint(hu: Array, scene: Scene, space: Space, fields: Fields) -> None:
    """Paint a scene into an image (HU, float32), each voxel by the share that each part fills of it."""
    for item in scene.painting:
        share = occupancy(item.filled, float(np.hypot(space.blur, item.fill.edge_mm)))
        part = hu[item.crop]
        part += (item.fill.hu(space, item.crop, item.filled, fields) - part) * share


def _grown(lesion: Lesion, form: Array, owned: Array, crop: Crop, space: Space) -> Placed:
    """A lesion within its organ: the piece of it that the neighbours leave."""
    near = overlap(space.crop(*lesion.shape.box()), crop)
    here = inside(near, crop)
    inner = np.maximum(form[here], owned[here])
    inner = np.where(_stray(inner < 0, False), np.float32(space.voxel), inner)
    return Placed(lesion.fill, near, inner, inner)


def _seen_from(other: Placed, crop: Crop, space: Space) -> Array:
    out = np.full([s.stop - s.start for s in crop], space.reach, np.float32)
    shared = overlap(other.crop, crop)
    out[inside(shared, crop)] = other.owned[inside(shared, other.crop)]
    return out


def _stray(mask: npt.NDArray[np.bool_], keep_border: bool) -> npt.NDArray[np.bool_]:
    """What of a mask is not part of its largest piece, nor, with `keep_border`, of one that reaches the array's border."""
    if not mask.any():
        return np.zeros_like(mask)
    if not keep_border:
        return mask & ~np.asarray(cc3d.largest_k(mask, k=1, connectivity=6, binary_image=True), bool)
    pieces = cc3d.connected_components(mask, connectivity=6)
    kept = {int(np.bincount(pieces[mask]).argmax())}
    for axis in range(3):
        for end in (0, -1):
            kept.update(np.unique(pieces.take(end, axis)).tolist())
    return mask & ~np.isin(pieces, list(kept - {0}))
