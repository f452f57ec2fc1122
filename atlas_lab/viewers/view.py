"""One call to look at a case."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.multiplanar import At
from atlas_lab.viewers.boxes import Box
from atlas_lab.viewers.explorer import SliceExplorer
from atlas_lab.viewers.itk import ItkViewer
from atlas_lab.viewers.scene import Scene
from atlas_lab.viewers.state import choose
from atlas_lab.viewers.viewer import VolumeViewer

BACKENDS = ("viewer", "slices", "itk")


def view(
    image: Case | Volume,
    *,
    at: At = None,
    window: str | tuple[float, float] = "soft tissue",
    labels: LabelMap | Case | Mapping[str, np.ndarray] | None = None,
    overlay: np.ndarray | Volume | Mapping[str, np.ndarray | Volume] | None = None,
    compare: Case | Volume | LabelMap | None = None,
    boxes: Iterable[Box | Sequence[Any]] = (),
    edit: str | Iterable[str] | None = None,
    layout: str = "planes",
    resample: bool = False,
    backend: str = "viewer",
) -> VolumeViewer | SliceExplorer | ItkViewer:
    """Look at a case or volume, and paint on it; the last line of a cell shows it.

    `at` is a voxel (x, y, z; RAS+) or a structure's name, `window` a preset's name or (centre, width) in HU, `layout`
    one of planes, axial, coronal, sagittal, grid (with 3-D) and 3d. `labels` are shown instead of the case's own;
    `overlay` is a heat map, an array (x, y, z) or volume, or several by name; `compare` a second CT or label map;
    `boxes` are findings in mm (`al.viewers.Box`). `edit` names the structures that can be painted on: every stroke is
    on disk before it is confirmed. What lies on another grid is refused, or resampled with `resample=True`.

    `backend` "viewer" is the interactive one, "slices" needs nothing but ipywidgets, "itk" is itkwidgets (the extra
    `itk`, and the internet for its own front end). InputError: what is given is of another kind, or lies elsewhere.
    """
    choose("backend", backend, BACKENDS)
    parts = {"labels": labels, "overlay": overlay, "compare": compare, "boxes": boxes, "resample": resample}
    if backend == "viewer":
        return VolumeViewer(image, at=at, window=window, layout=layout, edit=edit, **parts)
    if any(given is not None and given != () for given in (overlay, compare, boxes, edit)):
        raise InputError(f"backend={backend!r} shows a CT and its structures; for overlay, compare, boxes and edit leave it out")
    scene = Scene.of(image, labels=labels, resample=resample)
    shown = Case(scene.name, scene.volume, scene.labels)
    if backend == "slices":
        if not isinstance(window, str):
            raise InputError(f"window={window!r}: backend='slices' takes a preset's name")
        return SliceExplorer(shown, at=at, window=window)
    return ItkViewer(shown)
