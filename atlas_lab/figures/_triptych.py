"""The three planes through one voxel side by side, with one legend: what several figures are made of."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from atlas_lab.data.volume import Volume
from atlas_lab.figures._draw import caption, draw_slice, slice_name
from atlas_lab.figures._grid import HEADING, grid, width_for
from atlas_lab.figures._layers import Layer
from atlas_lab.figures._legend import add_legend
from atlas_lab.figures.paint import Window
from atlas_lab.figures.planes import VIEWS, Plane, planes_of, position, size_mm
from atlas_lab.figures.sheet import INK, Sheet

_WIDTH, _ALONE = 13.0, 7.0  # inches, of three planes and of a single slice
_CAPTION = 0.26  # inches


def triptych(
    volume: Volume,
    layers: Sequence[Layer],
    voxel: tuple[int, int, int],
    *,
    window: Window,
    heading: str,
    crosshair: bool = True,
    legend: Sequence[Layer] | None = None,
) -> Sheet:
    """Axial, coronal and sagittal slices through `voxel`; `legend` names these layers (default: those that are seen)."""
    planes = planes_of(volume.shape)
    sizes = [size_mm(plane, volume.shape, volume.spacing) for plane in planes]
    inch = width_for(len(planes), _WIDTH if len(planes) > 1 else _ALONE) / sum(width for width, _ in sizes)
    boxes = [(width * inch, height * inch) for width, height in sizes]
    figure, axes = grid(boxes, len(boxes), caption=_CAPTION, heading=HEADING if heading else 0)
    seen: list[Layer] = []
    for plane, ax in zip(planes, axes, strict=True):
        index = voxel[VIEWS[plane].axis]
        seen += draw_slice(ax, volume, plane, index, layers, window=window)
        caption(ax, slice_name(plane, index, volume))
        if crosshair:
            _draw_crosshair(ax, plane, voxel, volume)
    add_legend(figure, seen if legend is None else legend)
    figure.head(heading)
    return figure


def _draw_crosshair(ax: Axes, plane: Plane, voxel: tuple[int, int, int], volume: Volume) -> None:
    row, column = position(plane, voxel, volume.shape)
    view = VIEWS[plane]
    ax.axhline((row + 0.5) * volume.spacing[view.down], color=INK, linewidth=0.5, alpha=0.45)
    ax.axvline((column + 0.5) * volume.spacing[view.across], color=INK, linewidth=0.5, alpha=0.45)
