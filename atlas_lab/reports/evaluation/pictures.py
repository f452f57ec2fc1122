"""Figures inside a page, at the size they were drawn."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from PIL import Image

from atlas_lab.figures.sheet import Sheet

_DPI = 110


@dataclass(frozen=True)
class Card:
    """A figure (None: it could not be drawn), the words below it, and what it shows for those who cannot see it."""

    figure: Sheet | None
    caption: str
    description: str


def charts(shown: Iterable[Card]) -> str:
    """Figures side by side, two where there is room for them."""
    inside = "".join(map(card, shown))
    return f'<div class="al-charts">{inside}</div>\n' if inside else ""


def pictures(shown: Iterable[Card]) -> str:
    """Figures one below the other, each no larger than it was drawn."""
    inside = "".join(f'<div class="al-part">{card(one)}</div>\n' for one in shown)
    return f'<div class="al-parts">{inside}</div>\n' if inside else ""


def card(shown: Card) -> str:
    """A figure with its caption."""
    caption = f"<figcaption>{escape(shown.caption)}</figcaption>" if shown.caption else ""
    if shown.figure is None:
        return f'<figure class="al-figure"><p class="al-lost">This case cannot be drawn any more.</p>{caption}</figure>'
    buffer = io.BytesIO()
    shown.figure.savefig(buffer, format="png", dpi=_DPI)
    picture = Image.open(buffer).convert("RGB")
    packed = io.BytesIO()
    picture.save(packed, "WEBP", quality=85)  # a fifth of the PNG's size
    data = base64.b64encode(packed.getvalue()).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    image = f'<img src="data:image/webp;base64,{data}" alt="{escape(shown.description)}" {size} decoding="async">'
    return f'<figure class="al-figure">{image}{caption}</figure>'
