"""A slice as an RGB picture: grey CT, organs tinted or outlined in their colours."""

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.transforms import window
from atlas_lab.figures.planes import VIEWS, Plane, cut, slab, upright

Window = str | tuple[float, float]


def rgb(name: str) -> tuple[int, int, int]:
    """A structure's colour as 0-255 values."""
    return from_hex(anatomy.color(name))


def from_hex(code: str) -> tuple[int, int, int]:
    """A colour like `#b15d00` as 0-255 values."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def grey(array: np.ndarray, plane: Plane, index: int, level: Window) -> np.ndarray:
    """One slice of HU (x, y, z) through a window, as uint8 (rows, columns, 3)."""
    values = window(cut(array, plane, index), level)
    return np.repeat((values * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def mask_slice(labels: LabelMap, name: str, plane: Plane, index: int) -> np.ndarray | None:
    """A structure's mask in one slice as a bool picture, or None when it is not there; touches only its own box."""
    return slice_of(labels.cropped(name), plane, index)


def slice_of(mask: CroppedMask, plane: Plane, index: int) -> np.ndarray | None:
    """A mask in one slice as a bool picture (rows, columns), or None when the slice shows nothing of it."""
    axis = VIEWS[plane].axis
    box = mask.box[axis]
    if not box.start <= index < box.stop:
        return None
    inside = slab(mask.crop, plane, index - box.start)
    if not inside.any():
        return None
    others = [a for a in range(3) if a != axis]
    whole = np.zeros([mask.shape[a] for a in others], dtype=bool)
    whole[mask.box[others[0]], mask.box[others[1]]] = inside
    return upright(whole)


def tint(picture: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int], opacity: float) -> None:
    """Colour a float picture (rows, columns, 3) in place where `mask` is, at `opacity` 0-1: grey shines through."""
    picture[mask] += (np.array(colour, dtype=np.float32) - picture[mask]) * opacity


def edge(mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask that have a neighbour outside it (4-connected)."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inner
