"""What an animation is shown on: one picture that is drawn again and again, in the same place."""

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from atlas_lab.data.volume import Volume
from atlas_lab.figures._draw import caption, draw_slice
from atlas_lab.figures._grid import grid
from atlas_lab.figures._legend import add_legend
from atlas_lab.figures._scenes import Scene
from atlas_lab.figures.paint import Window, from_hex
from atlas_lab.figures.planes import Plane, size_mm

_LONGEST, _DPI = 6.0, 100  # inches of the picture's longer side, pixels an inch


class Screen:
    """Renders scenes of one plane of one CT, all of the same size."""

    def __init__(self, volume: Volume, plane: Plane, scenes: Sequence[Scene], *, window: Window, legend: bool) -> None:
        self._volume, self._plane, self._scenes, self._window = volume, plane, scenes, window
        width, height = size_mm(plane, volume.shape, volume.spacing)
        inches = _LONGEST / max(width, height)
        lines = max(scene.words.count("\n") + 1 for scene in scenes)
        figure, (self._ax,) = grid([(width * inches, height * inches)], 1, caption=0.19 * lines + 0.06, heading=0)
        layers = [layer for scene in scenes for layer in scene.layers]
        add_legend(figure, layers if legend else [])
        self.colours = np.array([from_hex(color) for color in sorted({layer.color for layer in layers})]).reshape(-1, 3)
        figure.set_dpi(_DPI)
        self._canvas = FigureCanvasAgg(figure)

    def render(self, number: int) -> np.ndarray:
        """A frame as uint8 (rows, columns, 3); both even, as H.264 wants them."""
        scene = self._scenes[number]
        self._ax.clear()
        draw_slice(self._ax, self._volume, self._plane, scene.index, scene.layers, window=self._window)
        caption(self._ax, scene.words)
        self._canvas.draw()
        pixels = np.asarray(self._canvas.buffer_rgba())[..., :3]
        return pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2].copy()
