"""Planes as PNG bytes, fast enough to follow a slider."""

import io
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.figures.paint import Window, grey, overlay
from atlas_lab.figures.planes import VIEWS, Plane, planes_of, position, size_mm

_INK = (242, 242, 242)
_CROSSHAIR = (255, 214, 10)


def plane_picture(
    volume: Volume,
    labels: LabelMap,
    plane: Plane,
    voxel: tuple[int, int, int],
    *,
    names: Iterable[str],
    window: Window,
    opacity: float,
    pixels_per_mm: float,
) -> Image.Image:
    """One plane through `voxel`, in radiological convention, at true proportions, with letters and crosshair."""
    index = voxel[VIEWS[plane].axis]
    pixels = overlay(grey(volume.array, plane, index, window), labels, names, plane, index, opacity)
    width, height = (max(1, round(mm * pixels_per_mm)) for mm in size_mm(plane, volume.shape, volume.spacing))
    rows, columns = pixels.shape[:2]
    picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(picture)
    row, column = position(plane, voxel, volume.shape)
    y, x = (row + 0.5) * height / rows, (column + 0.5) * width / columns
    gap = 10  # the voxel looked at stays visible
    for line in ((0, y, x - gap, y), (x + gap, y, width, y), (x, 0, x, y - gap), (x, y + gap, x, height)):
        if line[0] <= line[2] and line[1] <= line[3]:
            draw.line(line, fill=_CROSSHAIR, width=1)
    _letters(draw, VIEWS[plane].letters, width, height)
    return picture


def fitting_scale(volume: Volume, width_px: int, height_px: int) -> float:
    """Pixels a millimetre at which every plane fits into the box."""
    sizes = [size_mm(plane, volume.shape, volume.spacing) for plane in planes_of(volume.shape)]
    return min(width_px / max(w for w, _ in sizes), height_px / max(h for _, h in sizes))


def png(picture: Image.Image) -> bytes:
    """The picture as PNG, compressed lightly: a slider waits for it."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def side_by_side(pictures: Sequence[Image.Image], gap: int = 6) -> Image.Image:
    """Pictures in one row, centred on a dark ground."""
    height = max(p.height for p in pictures)
    sheet = Image.new("RGB", (sum(p.width for p in pictures) + gap * (len(pictures) - 1), height), (16, 18, 20))
    x = 0
    for picture in pictures:
        sheet.paste(picture, (x, (height - picture.height) // 2))
        x += picture.width + gap
    return sheet


def _letters(draw: ImageDraw.ImageDraw, letters: tuple[str, str, str, str], width: int, height: int) -> None:
    font = ImageFont.load_default(15)
    left, right, top, bottom = letters
    places: list[tuple[str, tuple[float, float], str]] = [(left, (4, height / 2), "lm"), (right, (width - 4, height / 2), "rm")]
    places += [(top, (width / 2, 3), "mt"), (bottom, (width / 2, height - 3), "mb")]
    for letter, at, anchor in places:
        draw.text(at, letter, fill=_INK, font=font, anchor=anchor, stroke_width=1, stroke_fill=(0, 0, 0))


def hounsfield(volume: Volume, voxel: tuple[int, int, int]) -> float:
    """The value of one voxel in HU."""
    return float(np.asarray(volume.array[voxel]))
