"""The one kind of figure every picture is drawn on: dark paper, light ink, shown by any notebook."""

import io
from typing import Any

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

INK = "#f2f2f2"
PAPER = "#101214"


class Sheet(Figure):
    """A matplotlib figure that a notebook shows as the value of a cell, whether or not pyplot is in use."""

    def __init__(self, width: float, height: float, **options: Any) -> None:
        """`width` and `height` are in inches."""
        layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.04, wspace=0.01)
        super().__init__(figsize=(width, height), facecolor=PAPER, layout=layout, **options)

    def head(self, text: str) -> None:
        """Write `text` above everything, taken as it is; nothing where it is empty."""
        if text:
            self.suptitle(text, y=1 - 0.08 / self.get_figheight(), color=INK, fontsize=12, parse_math=False)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()
