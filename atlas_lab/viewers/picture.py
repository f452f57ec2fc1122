"""Planes as PNG bytes, fast enough to follow a slider."""

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from atlas_lab.data.volume import Volume
from atlas_lab.figures.paint import edge, grey, mask_slice, tint
from atlas_lab.figures.planes import VIEWS, Plane, cut, planes_of, position, size_mm
from atlas_lab.viewers.heat import blend
from atlas_lab.viewers.look import Look
from atlas_lab.viewers.scene import Scene

_INK = (242, 242, 242)
_CROSSHAIR = (255, 214, 10)
_GROUND = (16, 18, 20)
_LINE = 22  # pixels of a line of text


def plane_picture(scene: Scene, look: Look, plane: Plane, voxel: tuple[int, int, int], pixels_per_mm: float) -> Image.Image:
    """One plane through `voxel`, at true proportions, with letters, crosshair and findings."""
    volume, view = scene.volume, VIEWS[plane]
    pixels = plane_pixels(scene, look, plane, voxel[view.axis])
    row, column = position(plane, voxel, volume.shape)
    left, right, top, bottom = view.letters
    mirrored = not look.radiological and plane != "sagittal"
    if mirrored:
        pixels, column, left, right = pixels[:, ::-1], pixels.shape[1] - 1 - column, right, left
    width, height = (max(1, round(mm * pixels_per_mm)) for mm in size_mm(plane, volume.shape, volume.spacing))
    rows, columns = pixels.shape[:2]
    picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(picture)
    _boxes(draw, scene, plane, voxel[view.axis], (width / columns, height / rows), mirrored)
    y, x = (row + 0.5) * height / rows, (column + 0.5) * width / columns
    gap = 10  # the voxel looked at stays visible
    for line in ((0, y, x - gap, y), (x + gap, y, width, y), (x, 0, x, y - gap), (x, y + gap, x, height)):
        if line[0] <= line[2] and line[1] <= line[3]:
            draw.line(line, fill=_CROSSHAIR, width=1)
    _letters(draw, (left, right, top, bottom), width, height)
    return picture


def plane_pixels(scene: Scene, look: Look, plane: Plane, index: int) -> np.ndarray:
    """Slice `index` of the CT under its structures and heat map, uint8 (rows, columns, 3), a voxel a pixel."""
    pixels = grey(scene.volume.array, plane, index, look.window).astype(np.float32)
    if look.heat is not None:
        values = cut(look.heat.array, plane, index).astype(np.float32)
        pixels = blend(pixels, values, look.heat.low, look.heat.high, look.heat_opacity)
    for name in look.names:
        mask = mask_slice(scene.labels, name, plane, index)
        if mask is not None:
            tint(pixels, mask, look.rgb(name), look.opacity)
            if look.outline:
                pixels[edge(mask)] = look.rgb(name)
    return pixels.astype(np.uint8)


def planes_picture(scene: Scene, look: Look, voxel: tuple[int, int, int], width: int, planes: Sequence[Plane]) -> Image.Image:
    """Planes side by side, and below them those of what the scene is compared with."""
    scale = fitting_scale(scene.volume, width // len(planes), 460)
    rows = [side_by_side([plane_picture(scene, look, plane, voxel, scale) for plane in planes])]
    if scene.other_volume is not None or scene.other_labels is not None:
        labels = scene.other_labels if scene.other_labels is not None else scene.labels
        other = replace(scene, volume=scene.other_volume or scene.volume, labels=labels, heats={})
        names = [name for name in look.names if name in labels]
        rows.append(side_by_side([plane_picture(other, replace(look, names=names, heat=None), p, voxel, scale) for p in planes]))
        rows = [_titled(row, name) for row, name in zip(rows, (scene.name, scene.other_name), strict=True)]
    sheet = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)), _GROUND)
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def fitting_scale(volume: Volume, width_px: int, height_px: int) -> float:
    """Pixels a millimetre at which every plane fits into the box."""
    sizes = [size_mm(plane, volume.shape, volume.spacing) for plane in planes_of(volume.shape)]
    return min(width_px / max(w for w, _ in sizes), height_px / max(h for _, h in sizes))


def png(picture: Image.Image) -> bytes:
    """The picture as PNG, compressed lightly: a slider waits for it."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg(picture: Image.Image) -> bytes:
    """The picture as a small JPEG: it stands in for a viewer until that one draws."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def side_by_side(pictures: Sequence[Image.Image], gap: int = 6) -> Image.Image:
    """Pictures in one row, centred on a dark ground."""
    height = max(p.height for p in pictures)
    sheet = Image.new("RGB", (sum(p.width for p in pictures) + gap * (len(pictures) - 1), height), _GROUND)
    x = 0
    for picture in pictures:
        sheet.paste(picture, (x, (height - picture.height) // 2))
        x += picture.width + gap
    return sheet


def _titled(picture: Image.Image, title: str) -> Image.Image:
    sheet = Image.new("RGB", (picture.width, picture.height + _LINE), _GROUND)
    sheet.paste(picture, (0, _LINE))
    ImageDraw.Draw(sheet).text((6, _LINE / 2), title, fill=_INK, font=ImageFont.load_default(14), anchor="lm")
    return sheet


def _boxes(draw: ImageDraw.ImageDraw, scene: Scene, plane: Plane, index: int, pixel: tuple[float, float], mirrored: bool) -> None:
    """Frames of the findings that this slice goes through; `pixel` is a voxel's width and height in the picture."""
    view = VIEWS[plane]
    across, down = scene.volume.shape[view.across], scene.volume.shape[view.down]
    for box in scene.boxes:
        low, high = box.voxels(scene.volume)
        if not low[view.axis] - 0.5 <= index <= high[view.axis] + 0.5:
            continue
        columns = sorted((v + 0.5) if mirrored else across - 0.5 - v for v in (low[view.across], high[view.across]))
        rows = sorted(down - 0.5 - v for v in (low[view.down], high[view.down]))
        left, right, top, bottom = columns[0] * pixel[0], columns[1] * pixel[0], rows[0] * pixel[1], rows[1] * pixel[1]
        draw.rectangle((left, top, right, bottom), outline=box.color, width=2)
        draw.text((left, top - 2), box.label, fill=box.color, font=ImageFont.load_default(13), anchor="lb")


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
