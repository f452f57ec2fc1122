"""Figures inside a page, at the size they were drawn."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from PIL import Image

from atlas_lab.figures.charts import lighten
from atlas_lab.figures.sheet import Sheet

_DPI = 110


@dataclass(frozen=True)
class Card:
    """A figure (None: it could not be drawn), the words below it, and what it shows for those who cannot see it."""

    figure: Sheet | None
    caption: str
    description: str


def charts(shown: Iterable[Card]) -> str:
    """Charts side by side, two where there is room for them."""
    inside = "".join(map(chart_card, shown))
    return f'<div class="al-charts">{inside}</div>\n' if inside else ""


def pictures(shown: Iterable[Card]) -> str:
    """Figures one below the other, each no larger than it was drawn."""
    inside = "".join(f'<div class="al-part">{card(one)}</div>\n' for one in shown)
    return f'<div class="al-parts">{inside}</div>\n' if inside else ""


def card(shown: Card) -> str:
    """A figure with its caption."""
    if shown.figure is None:
        return f'<figure class="al-figure"><p class="al-lost">This case cannot be drawn any more.</p>{_caption(shown)}</figure>'
    return f'<figure class="al-figure">{_image(shown.figure, shown.description)}{_caption(shown)}</figure>'


def chart_card(shown: Card) -> str:
    """A chart with its caption, dark where the page is dark; the figure itself is light from then on."""
    if shown.figure is None:
        return card(shown)
    dark, _ = _packed(shown.figure)
    light = _image(lighten(shown.figure), shown.description)
    both = f'<picture><source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">{light}</picture>'
    return f'<figure class="al-figure">{both}{_caption(shown)}</figure>'


def _caption(shown: Card) -> str:
    return f"<figcaption>{escape(shown.caption)}</figcaption>" if shown.caption else ""


def _image(figure: Sheet, description: str) -> str:
    source, (width, height) = _packed(figure)
    return f'<img src="{source}" alt="{escape(description)}" width="{width}" height="{height}" decoding="async">'


def _packed(figure: Sheet) -> tuple[str, tuple[int, int]]:
    """A figure as the address of an image, and its width and height in pixels."""
    buffer, packed = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI)
    picture = Image.open(buffer).convert("RGB")
    picture.save(packed, "WEBP", quality=85)  # a fifth of the PNG's size
    return f"data:image/webp;base64,{base64.b64encode(packed.getvalue()).decode()}", picture.size
