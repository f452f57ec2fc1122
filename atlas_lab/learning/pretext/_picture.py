"""Three columns on dark paper: the patch, what the network gets, what it must answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from atlas_lab.figures.planes import VIEWS, Plane, cut, position
from atlas_lab.figures.sheet import INK, PAPER, Sheet
from atlas_lab.learning.pretext._cubes import laid_out

_HEADINGS = ("the patch", "what the network gets", "what it must answer")
_SIDE, _GAP, _WORDS, _TOP = 3.3, 0.06, 0.42, 0.62  # inches: a picture, beside it, the words below it, all headings
_COLOURS = ("#e69f00", "#56b4e9")  # orange and blue of Okabe and Ito
_BETWEEN = 4  # voxels between images side by side


@dataclass(frozen=True)
class Frame:
    """A box in a patch: first voxel, size, and what it is called."""

    start: tuple[int, ...]
    size: tuple[int, ...]
    label: str


@dataclass(frozen=True)
class Panel:
    """One slice of an image (X, Y, Z) in [0, 1], words below it, labels on voxels, frames around boxes."""

    image: torch.Tensor
    plane: Plane
    index: int
    words: str = ""
    labels: Sequence[tuple[tuple[int, int, int], str]] = ()
    frames: Sequence[Frame] = ()


Row = tuple[Panel, Panel, Panel]


def draw(heading: str, rows: Sequence[Row]) -> Sheet:
    """All rows under their three headings."""
    width, height = 3 * (_SIDE + _GAP) + _GAP, _TOP + len(rows) * (_SIDE + _WORDS)
    sheet = Sheet(width, height)
    sheet.set_layout_engine("none")
    for down, row in enumerate(rows):
        bottom = height - _TOP - down * (_SIDE + _WORDS) - _SIDE
        for across, panel in enumerate(row):
            left = _GAP + across * (_SIDE + _GAP)
            _draw_panel(sheet.add_axes((left / width, bottom / height, _SIDE / width, _SIDE / height)), panel)
    for across, words in enumerate(_HEADINGS):
        middle = _GAP + across * (_SIDE + _GAP) + _SIDE / 2
        sheet.text(middle / width, 1 - (_TOP - 0.08) / height, words, color=INK, fontsize=10.5, ha="center", va="bottom")
    sheet.head(heading)
    return sheet


def beside(images: torch.Tensor) -> torch.Tensor:
    """Images (N, X, Y, Z) in a row, the first on the left of an axial or coronal picture."""
    gap = images.new_zeros(_BETWEEN, *images.shape[2:])
    parts = [part for image in images.flip(0) for part in (image, gap)]  # x shrinks towards the picture's right
    return torch.cat(parts[:-1])


def puzzle(
    image: torch.Tensor,
    cubes: torch.Tensor,
    upright: torch.Tensor,
    order: list[int],
    grid: int,
    words: str,
    turned: Sequence[str] = (),
) -> list[Row]:
    """A row for each layer of cubes (N, 1, c, c, c), from the top: place i holds cube `order[i]`.

    `upright` are the cubes turned back; `turned[i]` names the axes about which the one at place i was turned.
    """
    given, solved = laid_out(cubes, grid), laid_out(upright[torch.tensor(order).argsort()], grid)
    side = [length // grid for length in given.shape]
    numbers = [_read(place, grid) for place in range(len(order))]
    turned = turned or [""] * len(order)
    notes = [f"{n}, turned\nabout {axes}" if axes else str(n) for n, axes in zip(numbers, turned, strict=True)]
    rows: list[Row] = []
    for layer in reversed(range(grid)):
        here = [place for place in range(len(order)) if place % grid == layer]
        middle = {place: _middle(place, grid, side) for place in range(len(order))}
        index = middle[here[0]][2]
        found = [(middle[place], notes[order.index(place)]) for place in here]
        which = f"layer {grid - layer} of {grid}, from the head"
        rows.append((
            Panel(image, "axial", (2 * layer + 1) * image.shape[2] // (2 * grid), which),
            Panel(given, "axial", index, "numbers: the places", [(middle[place], str(numbers[place])) for place in here]),
            Panel(solved, "axial", index, f"{words}; numbers: where each cube was", found),
        ))  # fmt: skip
    return rows


def _read(place: int, grid: int) -> int:
    """A place's number as the pictures are read: from the head, from the front, from the left, beginning with 1."""
    x, y, z = place // grid**2, place // grid % grid, place % grid
    return grid**3 - (z * grid**2 + y * grid + x)


def _middle(place: int, grid: int, side: list[int]) -> tuple[int, int, int]:
    x, y, z = (step * s + s // 2 for step, s in zip((place // grid**2, place // grid % grid, place % grid), side, strict=True))
    return x, y, z


def _draw_panel(ax: Axes, panel: Panel) -> None:
    array = panel.image.detach().cpu().float().numpy()
    ax.imshow(cut(array, panel.plane, panel.index), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(False)
    for voxel, text in panel.labels:
        row, column = position(panel.plane, voxel, array.shape)
        _write(ax, column, row, text, "center", INK)
    for frame, colour in zip(panel.frames, _COLOURS, strict=False):
        _draw_frame(ax, panel, frame, colour, array.shape)
    ax.set_xlabel(panel.words, color=INK, fontsize=9, parse_math=False)


def _draw_frame(ax: Axes, panel: Panel, frame: Frame, colour: str, shape: tuple[int, ...]) -> None:
    """The frame where it lies, dashed where the slice does not go through it."""
    view = VIEWS[panel.plane]
    last = np.add(frame.start, frame.size) - 1
    row, column = position(panel.plane, tuple(last), shape)  # type: ignore[arg-type]  # both axes run against the picture
    through = frame.start[view.axis] <= panel.index <= last[view.axis]
    ax.add_patch(Rectangle(
        (column - 0.5, row - 0.5), frame.size[view.across], frame.size[view.down],
        fill=False, edgecolor=colour, linewidth=1.8, linestyle="-" if through else (0, (3, 2)),
    ))  # fmt: skip
    _write(ax, column + 1, row + 1, frame.label, "left", colour, va="top")


def _write(ax: Axes, x: float, y: float, text: str, ha: str, colour: str, va: str = "center") -> None:
    ax.text(
        x, y, text, color=colour, fontsize=10, fontweight="bold", ha=ha, va=va,
        path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
    )  # fmt: skip
