"""What happens in an animation, frame by frame: a walk through the slices, or changes on one slice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures._draw import slice_name
from atlas_lab.figures._given import labels_on, mask_on
from atlas_lab.figures._layers import ORANGE, Layer, millilitres, structure_layers
from atlas_lab.figures._place import At, fullest, resolve
from atlas_lab.figures.planes import VIEWS, Plane, shown_structures

Structures = str | Sequence[str] | None


@dataclass(frozen=True)
class Scene:
    """What one frame shows: a slice under its layers, and the words above it."""

    index: int
    layers: Sequence[Layer]
    words: str


def walk(
    volume: Volume, labels: LabelMap, plane: Plane, slices: Iterable[int] | None, structures: Structures, opacity: float
) -> list[Scene]:
    """A scene a slice. InputError: no slice, or one outside the volume."""
    count = volume.shape[VIEWS[plane].axis]
    chosen = range(count) if slices is None else [int(i) for i in slices]
    outside = [i for i in chosen if not 0 <= i < count]
    if outside or not chosen:
        what = f"{plane} slice {outside[0]} lies outside the volume" if outside else "slices= names no slice"
        raise InputError(f"{what}; choose from 0 to {count - 1}")
    layers = structure_layers(labels, shown_structures(labels, structures), opacity)
    return [Scene(i, layers, slice_name(plane, i, volume)) for i in chosen]


def changes(
    volume: Volume,
    labels: LabelMap,
    plane: Plane,
    frames: Iterable[np.ndarray | LabelMap],
    at: At,
    structures: Structures,
    opacity: float,
) -> list[Scene]:
    """A scene a frame, all on one slice. InputError: no frame, or one on another grid."""
    given = list(frames)
    if not given:
        raise InputError("frames= holds no mask and no label map")
    masks = not any(isinstance(frame, LabelMap) for frame in given)
    around = structure_layers(labels, shown_structures(labels, structures or []), 0.0) if masks else []
    films = [_layers(volume, frame, f"frame {k}", structures, opacity) for k, frame in enumerate(given, 1)]
    index = _looked_at(volume, labels, films, at)[VIEWS[plane].axis]
    scenes = []
    for k, layers in enumerate(films, 1):
        size = f", {millilitres(layers[0].mask.crop, volume)}" if masks else ""
        scenes.append(Scene(index, [*around, *layers], f"{slice_name(plane, index, volume)}\nframe {k} of {len(films)}{size}"))
    return scenes


def _layers(volume: Volume, frame: np.ndarray | LabelMap, what: str, structures: Structures, opacity: float) -> list[Layer]:
    if isinstance(frame, LabelMap):
        labels = labels_on(volume, frame, what)
        return structure_layers(labels, shown_structures(labels, structures), opacity)
    return [Layer("mask", ORANGE, mask_on(volume, frame, None, what), fill=opacity)]


def _looked_at(volume: Volume, labels: LabelMap, films: Sequence[Sequence[Layer]], at: At) -> tuple[int, int, int]:
    """The voxel of `at`, or else where the frames together hold most."""
    touched = np.zeros(volume.shape, dtype=bool)
    for layers in films:
        for layer in layers:
            touched[layer.mask.box] |= layer.mask.crop
    return resolve(at, volume, labels) if at is not None or not touched.any() else fullest(touched)
