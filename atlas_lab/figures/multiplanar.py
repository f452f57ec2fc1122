"""The three planes of a CT side by side, with organs outlined, a scale bar and orientation letters."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from atlas_lab import anatomy
from atlas_lab.data.case import Case, no_labels
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.paint import Window, grey, mask_slice
from atlas_lab.figures.planes import VIEWS, Plane, centre, planes_of, position, shown_structures, size_mm
from atlas_lab.figures.sheet import INK, PAPER, Sheet

At = str | tuple[int, int, int] | None

_SCALE_BARS_MM = (200, 100, 50, 20, 10, 5)


def multiplanar(
    image: Case | Volume,
    *,
    at: At = None,
    structures: Iterable[str] | None = None,
    window: Window = "soft tissue",
    crosshair: bool = True,
    legend: bool = True,
    title: str | None = None,
) -> Sheet:
    """Axial, coronal and sagittal slices through one voxel, in radiological convention.

    `at` is a voxel (x, y, z) in RAS+ order or a structure to look at (default: where most structures are);
    `structures` are outlined (default: all the case has), `window` is a preset's name or (centre, width) in HU.
    InputError: a voxel outside the volume, an unknown structure or window.
    """
    volume, labels = parts(image)
    names = shown_structures(labels, structures)
    voxel = resolve(at, volume, labels)
    planes = planes_of(volume.shape)
    sizes = [size_mm(plane, volume.shape, volume.spacing) for plane in planes]
    width = 13 if len(planes) > 1 else 7
    height = width * max(height for _, height in sizes) / sum(width for width, _ in sizes)
    figure = Sheet(width, height + 1.3)
    axes = figure.subplots(1, len(planes), width_ratios=[width for width, _ in sizes], squeeze=False)[0]
    for plane, ax in zip(planes, axes, strict=True):
        draw_plane(ax, volume, labels, plane, voxel, names, window)
        if crosshair:
            _draw_crosshair(ax, plane, voxel, volume)
    seen = [name for name in names if any(mask_slice(labels, name, p, voxel[VIEWS[p].axis]) is not None for p in planes)]
    if legend and seen:
        _draw_legend(figure, seen)
    heading = title if title is not None else (image.id if isinstance(image, Case) else "")
    if heading:
        figure.suptitle(heading, color=INK, fontsize=12)
    return figure


def draw_plane(
    ax: Axes, volume: Volume, labels: LabelMap, plane: Plane, voxel: tuple[int, int, int], names: Iterable[str], level: Window
) -> None:
    """One plane through `voxel` into matplotlib axes whose unit is the millimetre."""
    index = voxel[VIEWS[plane].axis]
    width, height = size_mm(plane, volume.shape, volume.spacing)
    extent = (0.0, width, height, 0.0)
    ax.imshow(grey(volume.array, plane, index, level), extent=extent, interpolation="nearest", aspect="equal")
    for name in names:
        mask = mask_slice(labels, name, plane, index)
        if mask is not None:
            _outline(ax, mask, extent, anatomy.color(name))
    left, right, top, bottom = VIEWS[plane].letters
    for letter, x, y in ((left, 0.02, 0.5), (right, 0.98, 0.5), (top, 0.5, 0.97), (bottom, 0.5, 0.03)):
        _write(ax, x, y, letter, transform=ax.transAxes, va="center", fontsize=10, fontweight="bold")
    _draw_scale_bar(ax, width, height)
    ax.set_title(f"{plane}, slice {index + 1} of {volume.shape[VIEWS[plane].axis]}", color=INK, fontsize=10)
    ax.set_axis_off()


def parts(image: Case | Volume) -> tuple[Volume, LabelMap]:
    """The CT and the labels of what a user hands to a figure or viewer."""
    if isinstance(image, Case):
        return image.ct, image.labels
    if isinstance(image, Volume):
        return image, no_labels(image)
    raise InputError(f"{type(image).__name__} is neither a Case nor a Volume; open it with al.Case.open(path)")


def resolve(at: At, volume: Volume, labels: LabelMap) -> tuple[int, int, int]:
    """The voxel that `at` means."""
    if isinstance(at, str):
        return centre(labels, at)
    if at is not None:
        if len(at) != 3 or not all(0 <= v < n for v, n in zip(at, volume.shape, strict=True)):
            raise InputError(f"voxel {tuple(at)} lies outside the volume of shape {volume.shape}")
        return int(at[0]), int(at[1]), int(at[2])
    x, y, z = (n // 2 for n in volume.shape)
    counts = np.zeros(volume.shape[2], dtype=int)
    for name in labels:
        counts[labels.cropped(name).box[2]] += 1
    if counts.any():  # the middle of the slices that show the most structures
        best = np.flatnonzero(counts == counts.max())
        z = int(best[len(best) // 2])
    return x, y, z


def _outline(ax: Axes, mask: np.ndarray, extent: tuple[float, float, float, float], colour: str) -> None:
    """The border along the voxels' own edges, so that the outline is exactly the mask."""
    rows, columns = mask.shape
    dx, dy = extent[1] / columns, extent[2] / rows
    padded = np.pad(mask, 1)
    r, c = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])  # horizontal edges, above row r
    horizontal = np.stack([np.stack([c * dx, r * dy], -1), np.stack([(c + 1) * dx, r * dy], -1)], 1)
    r, c = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])  # vertical edges, left of column c
    vertical = np.stack([np.stack([c * dx, r * dy], -1), np.stack([c * dx, (r + 1) * dy], -1)], 1)
    ax.add_collection(LineCollection(list(np.concatenate([horizontal, vertical])), colors=colour, linewidths=1.1), autolim=False)


def _draw_crosshair(ax: Axes, plane: Plane, voxel: tuple[int, int, int], volume: Volume) -> None:
    row, column = position(plane, voxel, volume.shape)
    view = VIEWS[plane]
    ax.axhline((row + 0.5) * volume.spacing[view.down], color=INK, linewidth=0.5, alpha=0.45)
    ax.axvline((column + 0.5) * volume.spacing[view.across], color=INK, linewidth=0.5, alpha=0.45)


def _draw_scale_bar(ax: Axes, width: float, height: float) -> None:
    length = next((bar for bar in _SCALE_BARS_MM if bar < width / 3), _SCALE_BARS_MM[-1])
    x, y = 0.04 * width, 0.96 * height
    ax.plot([x, x + length], [y, y], color=PAPER, linewidth=4.5, solid_capstyle="butt")
    ax.plot([x, x + length], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt")
    _write(ax, x + length / 2, y - 0.015 * height, f"{length} mm", va="bottom", fontsize=8)


def _write(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text that stays legible on bone and on air."""
    ax.text(x, y, text, color=INK, ha="center", path_effects=[withStroke(linewidth=2, foreground=PAPER)], **style)


def _draw_legend(figure: Sheet, names: list[str]) -> None:
    table = anatomy.BY_NAME
    ordered = sorted(names, key=lambda name: table[name].id if name in table else anatomy.MAX_ID)
    handles = [
        Patch(color=anatomy.color(name), label=table[name].display if name in table else name.replace("_", " "))
        for name in ordered
    ]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=min(len(handles), 9), fontsize=8, labelcolor=INK, frameon=False,
        handlelength=1, handleheight=1,
    )  # fmt: skip
