"""The figures of a run: small copies inside the page, each a link to the whole picture."""

import base64
import io
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from atlas_lab.reports.links import address, held

WIDTH_PX = 640


def gallery(cards: Iterator[str]) -> str:
    """Cards side by side; nothing where there are none."""
    inside = "".join(cards)
    return f'<div class="al-gallery">{inside}</div>\n' if inside else ""


def figure_cards(manifest: Mapping[str, Any], run_folder: Path, page_folder: Path, origin: str = "") -> Iterator[str]:
    """A card for each figure of a run, for a page in `page_folder`; `origin` is HTML below the figure's name."""
    for name, entry in manifest["figures"].items():
        path = held(run_folder, str(entry.get("path")))
        image = path and _embedded(path, name)
        shown = f'<a href="{address(path, page_folder)}">{image}</a>' if path and image else _lost(entry)
        yield f'<figure class="al-figure">{shown}<figcaption>{escape(name)}{origin}</figcaption></figure>'


def _embedded(path: Path, name: str) -> str | None:
    """An `img` that holds a copy of the picture at most `WIDTH_PX` wide; None where it is not a picture."""
    try:
        with Image.open(path) as picture:
            small = picture.convert("RGBA")
    except (OSError, SyntaxError, Image.DecompressionBombError):  # Pillow's word for a damaged PNG is SyntaxError
        return None
    if small.width > WIDTH_PX:
        small = small.resize((WIDTH_PX, max(1, round(small.height * WIDTH_PX / small.width))), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=85)  # a fifth of the PNG's size
    data = base64.b64encode(buffer.getvalue()).decode()
    size = f'width="{small.width}" height="{small.height}"'
    return f'<img src="data:image/webp;base64,{data}" alt="{escape(name)}" {size} decoding="async">'


def _lost(entry: Mapping[str, Any]) -> str:
    return f'<p class="al-lost">{escape(str(entry.get("path")))} is missing or not a picture</p>'
