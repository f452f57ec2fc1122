"""Many small pictures at one scale, with captions, one legend and a word on what is not shown."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from atlas_lab.data.volume import Volume
from atlas_lab.figures._draw import Frame, caption, draw_slice
from atlas_lab.figures._grid import grid, width_for
from atlas_lab.figures._layers import Layer
from atlas_lab.figures._legend import add_legend
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import Plane
from atlas_lab.figures.sheet import Sheet

_WIDTH = 13.0  # inches
_WIDEST = 3.6  # inches a tile
_CAPTION = 8  # points
_LETTER = 0.72 * _CAPTION / 72  # inches: the width of a broad letter
_ORIENTATION = 0.1  # size of its letters, of the picture's shorter side


@dataclass(frozen=True)
class Tile:
    """One picture: a slice of a CT, or the part of it in `frame` (mm), under its layers."""

    volume: Volume
    plane: Plane
    index: int
    frame: Frame
    layers: Sequence[Layer]
    caption: Sequence[str]


def contact_sheet(tiles: Sequence[Tile], *, window: Window, heading: str) -> Sheet:
    """All tiles in a grid; a millimetre is as long in each of them."""
    columns = _columns(len(tiles))
    tile_mm = max(tile.frame[2] for tile in tiles), max(tile.frame[3] for tile in tiles)
    width = min(_WIDEST, width_for(columns, _WIDTH) / columns)
    box = width, width * tile_mm[1] / tile_mm[0]
    captions = [[part for line in tile.caption for part in textwrap.wrap(line, int(width / _LETTER))] for tile in tiles]
    above = (1.25 * _CAPTION * max(map(len, captions)) + 8) / 72
    figure, axes = grid([box] * len(tiles), columns, caption=above)
    seen: list[Layer] = []
    for tile, lines, ax in zip(tiles, captions, axes, strict=True):
        room = 72 * width * min(tile.frame[2:]) / tile_mm[0]
        seen += draw_slice(
            ax, tile.volume, tile.plane, tile.index, tile.layers, window=window, frame=tile.frame,
            letters=float(np.clip(_ORIENTATION * room, 5, 9)),
        )  # fmt: skip
        _same_scale(ax, tile.frame, tile_mm)
        caption(ax, "\n".join(lines), size=_CAPTION)
    add_legend(figure, seen)
    figure.head(heading)
    return figure


def counted(title: str, shown: int, total: int, what: str) -> str:
    """A heading that says how much is shown: `Train: 12 of 9,262 cases, 9,250 not shown`."""
    number = f"{total:,} {what}{'' if total == 1 else 's'}"
    if shown < total:
        number = f"{shown:,} of {number}, {total - shown:,} not shown"
    return f"{title}: {number}" if title else number


def _same_scale(ax: Axes, frame: Frame, tile_mm: tuple[float, float]) -> None:
    """Put the frame into the middle of a tile that every picture fits into."""
    left, top, width, height = frame
    ax.set_xlim(left - (tile_mm[0] - width) / 2, left + (tile_mm[0] + width) / 2)
    ax.set_ylim(top + (tile_mm[1] + height) / 2, top - (tile_mm[1] - height) / 2)


def _columns(count: int) -> int:
    """As many columns as leave the fewest places empty, and of those the most."""
    if count <= 4:
        return count
    return min(range(3, 7), key=lambda columns: (-count % columns, -columns))
