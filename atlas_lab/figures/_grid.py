"""Places for pictures on a sheet, in inches: what is a millimetre in one picture is as long in all."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from atlas_lab.figures.sheet import Sheet

HEADING = 0.32  # inches

_GAP = 0.06
_NARROWEST = 3.0  # a heading fits

Size = tuple[float, float]


def grid(sizes: Sequence[Size], columns: int, *, caption: float, heading: float = HEADING) -> tuple[Sheet, list[Axes]]:
    """A sheet just large enough for pictures of these sizes (width, height in inches), row after row, and their axes.

    Above each picture there are `caption` inches, above all of them `heading` inches. Pictures of a row are level at
    their middles.
    """
    rows = [sizes[first : first + columns] for first in range(0, len(sizes), columns)]
    widths = [sum(width for width, _ in row) + _GAP * (len(row) - 1) for row in rows]
    heights = [caption + max(height for _, height in row) + _GAP for row in rows]
    inside = max(widths)
    width, height = max(inside + 2 * _GAP, _NARROWEST), heading + sum(heights)
    sheet = Sheet(width, height)
    sheet.set_layout_engine("none")
    axes, top = [], height - heading
    for row, high in zip(rows, heights, strict=True):
        left, middle = (width - inside) / 2, top - caption - (high - caption - _GAP) / 2
        for across, down in row:
            axes.append(sheet.add_axes((left / width, (middle - down / 2) / height, across / width, down / height)))
            left += across + _GAP
        top -= high
    return sheet, axes


def width_for(columns: int, total: float) -> float:
    """Inches that are left for the pictures of a row when the sheet is `total` wide."""
    return total - _GAP * (columns + 1)


def add_below(sheet: Sheet, inches: float) -> None:
    """Make the sheet longer at its lower end; the pictures keep their size."""
    old, new = sheet.get_figheight(), sheet.get_figheight() + inches
    for ax in sheet.axes:
        left, bottom, width, height = ax.get_position(original=True).bounds
        ax.set_position((left, (bottom * old + inches) / new, width, height * old / new))
    sheet.set_figheight(new)
