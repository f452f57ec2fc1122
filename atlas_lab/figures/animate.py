"""A walk through a CT, or a tumour that grows on one slice of it, as GIF or MP4."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures._film import FASTEST, Film, writer_for
from atlas_lab.figures._given import check_opacity, parts
from atlas_lab.figures._place import At
from atlas_lab.figures._scenes import changes, walk
from atlas_lab.figures._screen import Screen
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import Plane, planes_of
from atlas_lab.runs import atomic_write


def animate(
    image: Case | Volume,
    path: str | os.PathLike[str],
    *,
    plane: Plane = "axial",
    slices: Iterable[int] | None = None,
    frames: Iterable[np.ndarray | LabelMap] | None = None,
    at: At = None,
    structures: str | Sequence[str] | None = None,
    opacity: float = 0.25,
    window: Window = "soft tissue",
    fps: float = 10,
    legend: bool = True,
) -> Path:
    """Write a film to `path` (.gif or .mp4) and return it: through the slices of `plane`, or through `frames`.

    `slices` are indices along the plane's axis (default: all, from the patient's feet, back or left). `structures`
    (default: all the case has) are outlined and filled at `opacity` 0-1; `fps` is in frames per second, at most 50.
    `frames` are label maps or bool masks (x, y, z), one a frame, on the one slice through `at` (a voxel, or a structure
    of the case; default: where the frames hold most). Of label maps the `structures` are taken; beside a mask those of
    the case are drawn, where they are named. The file appears at once or not at all.
    InputError: another ending, a slice outside the volume, `slices` together with `frames`, a frame on another grid.
    MissingExtra: MP4 without the extra `video`.
    """
    path = Path(path)
    write = writer_for(path)
    check_opacity(opacity)
    if not 0 < fps <= FASTEST:
        raise InputError(f"fps={fps} must be above 0 and at most {FASTEST:g} frames per second")
    volume, labels = parts(image)
    possible = planes_of(volume.shape)
    if plane not in possible:
        raise InputError(f"plane={plane!r} cannot be shown of this volume; choose from {', '.join(possible)}")
    if frames is None:
        if at is not None:
            raise InputError("at= chooses the slice that frames= are shown on; a walk through the CT takes slices=")
        scenes = walk(volume, labels, plane, slices, structures, opacity)
    elif slices is not None:
        raise InputError("give slices= (a walk through the CT) or frames= (a film on one slice), not both")
    else:
        scenes = changes(volume, labels, plane, frames, at, structures, opacity)
    screen = Screen(volume, plane, scenes, window=window, legend=legend)
    with atomic_write(path) as temporary:
        write(temporary, Film(screen.render, len(scenes), fps, screen.colours))
    return path
