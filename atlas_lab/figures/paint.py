"""A slice as an RGB picture: grey CT, organs tinted or outlined in their colours."""

from collections.abc import Iterable

import numpy as np

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.transforms import window
from atlas_lab.figures.planes import VIEWS, Plane, cut, slab, upright

Window = str | tuple[float, float]


def rgb(name: str) -> tuple[int, int, int]:
    """A structure's colour as 0-255 values."""
    code = anatomy.color(name)
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def grey(array: np.ndarray, plane: Plane, index: int, level: Window) -> np.ndarray:
    """One slice of HU (x, y, z) through a window, as uint8 (rows, columns, 3)."""
    values = window(cut(array, plane, index), level)
    return np.repeat((values * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def mask_slice(labels: LabelMap, name: str, plane: Plane, index: int) -> np.ndarray | None:
    """A structure's mask in one slice as a bool picture, or None when it is not there; touches only its own box."""
    mask = labels.cropped(name)
    axis = VIEWS[plane].axis
    box = mask.box[axis]
    if not box.start <= index < box.stop:
        return None
    inside = slab(mask.crop, plane, index - box.start)
    if not inside.any():
        return None
    others = [a for a in range(3) if a != axis]
    whole = np.zeros([labels.shape[a] for a in others], dtype=bool)
    whole[mask.box[others[0]], mask.box[others[1]]] = inside
    return upright(whole)


def overlay(picture: np.ndarray, labels: LabelMap, names: Iterable[str], plane: Plane, index: int, opacity: float) -> np.ndarray:
    """Tint `picture` with structures at `opacity` 0-1; their outlines are always drawn in full colour."""
    out = picture.astype(np.float32)
    for name in names:
        mask = mask_slice(labels, name, plane, index)
        if mask is None:
            continue
        colour = np.array(rgb(name), dtype=np.float32)
        out[mask] += (colour - out[mask]) * opacity
        out[edge(mask)] = colour
    return out.astype(np.uint8)


def edge(mask: np.ndarray) -> np.ndarray:
    """The pixels of a mask that have a neighbour outside it (4-connected)."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inner
