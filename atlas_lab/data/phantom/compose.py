"""Placing parts on a voxel grid: who yields to whom, which voxels are whose, and what the CT shows there."""

from collections.abc import Sequence
from dataclasses import dataclass

import cc3d
import numpy as np
import numpy.typing as npt

from atlas_lab.anatomy import BY_NAME
from atlas_lab.data.phantom.lesions import Lesion
from atlas_lab.data.phantom.outline import Outline
from atlas_lab.data.phantom.part import Part
from atlas_lab.data.phantom.shapes import distance_on
from atlas_lab.data.phantom.space import Array, Crop, Space, inside, overlap
from atlas_lab.data.phantom.tissue import Fields, Tissue, occupancy


@dataclass(frozen=True, eq=False)
class Placed:
    """A part on the grid: below 0, `owned` (mm) is its mask; `filled` (mm) decides the share of a voxel it fills.

    The two differ where a part touches one before it: there it runs on beneath, so that no fat shows in between.
    """

    tissue: Tissue
    crop: Crop
    owned: Array
    filled: Array


@dataclass(frozen=True, eq=False)
class Scene:
    """All parts on the grid, by name, in order of precedence, and the lesions in the order they were given."""

    parts: dict[str, Placed]
    lesions: list[Placed]
    painting: list[Placed]


def place(parts: Sequence[Part], lesions: Sequence[Lesion], space: Space, outline: Outline, fields: Fields) -> Scene:
    """Put every part and lesion on the grid; each part yields to those before it.

    A lesion widens its organ where it would bulge out of it. A labelled part stays in one piece: what others cut off
    from it goes.
    """
    taken = np.full(space.shape, space.reach, np.float32)
    placed: dict[str, Placed] = {}
    tumors: dict[int, Placed] = {}
    groups: list[list[Placed]] = []
    for part in parts:
        own = [i for i, lesion in enumerate(lesions) if lesion.organ == part.name]
        boxes = [part.shape.box(), *(lesions[i].shape.box() for i in own)]
        crop = space.crop(np.min([low for low, _ in boxes], axis=0), np.max([high for _, high in boxes], axis=0))
        distance = part.shape.distance(space, crop)
        if part.surface:
            distance = distance + np.float32(part.surface) * fields["medium"][crop]
        bulges = [distance_on(lesions[i].shape, space, crop) for i in own]
        distance = np.minimum.reduce([distance, *bulges])
        if part.clip is not None:
            distance = np.maximum(distance, outline.cavity[crop] + np.float32(part.clip))
        if part.within:
            owned = distance = np.maximum(distance, _seen_from(placed[part.within], crop, space) + np.float32(0.5))
        else:
            owned = np.maximum(distance, np.float32(part.gap) - taken[crop])
        if part.name in BY_NAME:
            stray = _stray(owned < 0)
            owned, distance = (np.where(stray, np.float32(space.voxel), d) for d in (owned, distance))
        if not part.within:
            np.minimum(taken[crop], owned, out=taken[crop])
        placed[part.name] = Placed(part.tissue, crop, owned, owned if part.gap > 0 else distance)
        for i, bulge in zip(own, bulges, strict=True):
            inner = np.maximum(bulge, owned)
            tumors[i] = Placed(lesions[i].tissue, crop, inner, inner)
        groups.append([placed[part.name], *(tumors[i] for i in own)])
    over = [part.within is not None for part in parts]
    below = [group for group, late in zip(groups, over, strict=True) if not late]
    above = [group for group, late in zip(groups, over, strict=True) if late]
    painting = [item for group in (*reversed(below), *above) for item in group]
    return Scene(placed, [tumors[i] for i in range(len(lesions))], painting)


def paint(hu: Array, scene: Scene, space: Space, fields: Fields) -> None:
    """Paint a scene into an image (HU, float32), each voxel by the share that each part fills of it."""
    for item in scene.painting:
        share = occupancy(item.filled, space.voxel)
        part = hu[item.crop]
        part += (item.tissue.hu(space, item.crop, item.filled, fields) - part) * share


def _seen_from(other: Placed, crop: Crop, space: Space) -> Array:
    out = np.full([s.stop - s.start for s in crop], space.reach, np.float32)
    shared = overlap(other.crop, crop)
    out[inside(shared, crop)] = other.owned[inside(shared, other.crop)]
    return out


def _stray(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What of a mask is not part of its largest piece."""
    if not mask.any():
        return np.zeros_like(mask)
    return mask & ~np.asarray(cc3d.largest_k(mask, k=1, connectivity=6, binary_image=True), bool)
