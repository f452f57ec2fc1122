"""A chart for a white page: the same drawing in other colours."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from atlas_lab.figures.charts._axes import FAINT, QUIET
from atlas_lab.figures.sheet import INK, PAPER, Sheet

# colours that only dark paper carries → those of the same role on white
_LIGHT = {PAPER: "#ffffff", INK: "#1b1f24", FAINT: "#d8dee4", QUIET: "#656d76", "#f0e442": "#8a7a00", "#bbbbbb": "#767676",
          "#56b4e9": "#0072b2", "#e69f00": "#b26a00"}  # fmt: skip


def lighten(chart: Sheet) -> Sheet:
    """Turn a chart of this room to white paper and dark ink, in place."""
    for artist in chart.findobj():
        for part in _parts(artist):
            _recolour(artist, part)
        if isinstance(artist, Axes):  # ticks that are only made when it is drawn
            artist.tick_params(which="both", colors=_LIGHT[INK], grid_color=_LIGHT[FAINT])
    return chart


def _parts(artist: Any) -> tuple[str, ...]:
    if isinstance(artist, Line2D):
        return "color", "markeredgecolor", "markerfacecolor"
    if isinstance(artist, Text):
        return ("color",)
    if isinstance(artist, Patch | Collection):
        return "facecolor", "edgecolor"
    return ("facecolor",) if isinstance(artist, Axes | Figure) else ()


def _recolour(artist: Any, part: str) -> None:
    now = getattr(artist, f"get_{part}")()
    if isinstance(now, str) and now in ("auto", "none"):
        return
    colours = now if isinstance(now, np.ndarray) and now.ndim == 2 else [now]
    known = [_LIGHT.get(to_hex(colour)) for colour in colours]
    if any(known):
        turned = [
            to_rgba(colour) if new is None else (*to_rgba(new)[:3], to_rgba(colour)[3])
            for colour, new in zip(colours, known, strict=True)
        ]
        getattr(artist, f"set_{part}")(turned if len(turned) > 1 else turned[0])
