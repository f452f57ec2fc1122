"""One slice of a CT in matplotlib axes whose unit is the millimetre: masks, orientation letters, scale bar."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke

from atlas_lab.data.volume import Volume
from atlas_lab.figures._layers import Layer
from atlas_lab.figures.paint import Window, from_hex, grey, slice_of, tint
from atlas_lab.figures.planes import VIEWS, Plane, size_mm
from atlas_lab.figures.sheet import INK, PAPER

Frame = tuple[float, float, float, float]  # left, top, width, height in mm from the picture's top left corner

_SCALE_BARS_MM = (200, 100, 50, 20, 10, 5)


def draw_slice(
    ax: Axes,
    volume: Volume,
    plane: Plane,
    index: int,
    layers: Iterable[Layer],
    *,
    window: Window,
    frame: Frame | None = None,
    letters: float = 9,
) -> list[Layer]:
    """Draw slice `index` of `plane`, or the part of it in `frame`, and return the layers that it shows.

    `letters` is the size of the orientation letters in points; the scale bar's follows.
    """
    width, height = size_mm(plane, volume.shape, volume.spacing)
    picture = grey(volume.array, plane, index, window).astype(np.float32)
    seen = []
    for layer in layers:
        mask = slice_of(layer.mask, plane, index)
        if mask is None:
            continue
        seen.append(layer)
        if layer.fill:
            tint(picture, mask, from_hex(layer.color), layer.fill)
        if layer.line:
            _outline(ax, mask, (width, height), layer)
    ax.imshow(picture.astype(np.uint8), extent=(0.0, width, height, 0.0), interpolation="nearest", aspect="equal")
    left, top, across, down = frame = frame or (0.0, 0.0, width, height)
    ax.set_xlim(left, left + across)
    ax.set_ylim(top + down, top)
    _draw_letters(ax, frame, VIEWS[plane].letters, letters)
    _draw_scale_bar(ax, frame, 0.85 * letters)
    ax.set_axis_off()
    return seen


def slice_name(plane: Plane, index: int, volume: Volume) -> str:
    """Which slice a picture shows, counted from 1."""
    return f"{plane}, slice {index + 1} of {volume.shape[VIEWS[plane].axis]}"


def caption(ax: Axes, text: str, size: float = 10) -> None:
    """Text above a picture, taken as it is: a dollar sign begins no formula."""
    ax.set_title(text, color=INK, fontsize=size, parse_math=False)


def _outline(ax: Axes, mask: np.ndarray, size: tuple[float, float], layer: Layer) -> None:
    """The border along the voxels' own edges, so that the outline is exactly the mask."""
    rows, columns = mask.shape
    dx, dy = size[0] / columns, size[1] / rows
    padded = np.pad(mask, 1)
    r, c = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])  # horizontal edges, above row r
    horizontal = np.stack([np.stack([c * dx, r * dy], -1), np.stack([(c + 1) * dx, r * dy], -1)], 1)
    r, c = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])  # vertical edges, left of column c
    vertical = np.stack([np.stack([c * dx, r * dy], -1), np.stack([c * dx, (r + 1) * dy], -1)], 1)
    edges = list(np.concatenate([horizontal, vertical]))
    ax.add_collection(LineCollection(edges, colors=layer.color, linewidths=layer.line, capstyle="projecting"), autolim=False)


def _draw_letters(ax: Axes, frame: Frame, letters: tuple[str, str, str, str], size: float) -> None:
    left, top, width, height = frame
    middle = left + width / 2, top + height / 2
    style = {"fontsize": size, "fontweight": "bold"}
    _write(ax, letters[0], (left, middle[1]), (4, 0), ha="left", va="center", **style)
    _write(ax, letters[1], (left + width, middle[1]), (-4, 0), ha="right", va="center", **style)
    _write(ax, letters[2], (middle[0], top), (0, -4), ha="center", va="top", **style)
    _write(ax, letters[3], (middle[0], top + height), (0, 4), ha="center", va="bottom", **style)


def _draw_scale_bar(ax: Axes, frame: Frame, size: float) -> None:
    left, top, width, height = frame
    length = next((bar for bar in _SCALE_BARS_MM if bar < width / 3), _SCALE_BARS_MM[-1])
    x, y = left + 0.04 * width, top + 0.96 * height
    for color, thickness in ((PAPER, 4.5), (INK, 2.5)):
        ax.plot([x, x + length], [y, y], color=color, linewidth=thickness, solid_capstyle="butt", scalex=False, scaley=False)
    _write(ax, f"{length} mm", (x, y), (0, 3), ha="left", va="bottom", fontsize=size)


def _write(ax: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], **style: Any) -> None:
    """Text that stays legible on bone and on air, `shift` points away from a place in mm."""
    ax.annotate(
        text, at, shift, textcoords="offset points", color=INK, annotation_clip=False,
        path_effects=[withStroke(linewidth=2, foreground=PAPER)], **style,
    )  # fmt: skip
