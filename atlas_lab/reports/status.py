"""How the status of a run or step looks: a word, an icon and a colour, so that none of them is needed to tell two apart."""

from html import escape

from atlas_lab.reports.palette import colour

# The name of a colour, and strokes on a 16 × 16 grid: drawn, because no font has all of these signs everywhere.
_CIRCLE = "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11"
_LOOKS = {
    "done": ("good", "M3 8.5l3.2 3.2L13 4.8"),
    "skipped": ("good", "M3.5 4l4 4-4 4M8.5 4l4 4-4 4"),
    "running": ("busy", "M5.5 3.5l6.5 4.5-6.5 4.5z"),
    "waiting": ("muted", _CIRCLE + "M8 5v3l2 1.5"),
    "interrupted": ("warned", "M5.5 3.5v9M10.5 3.5v9"),
    "blocked": ("warned", _CIRCLE + "M4.2 4.2l7.6 7.6"),
    "failed": ("bad", "M4 4l8 8M12 4l-8 8"),
    "unreadable": ("bad", "M8 3v6.5M8 12.6v.1"),
}
_OTHER = ("muted", "M4 8h8")


def status_colour(status: str) -> str:
    """The CSS colour of a status."""
    return colour(_LOOKS.get(status, _OTHER)[0])


def status_icon(status: str, x: float = 0, y: float = 0) -> str:
    """The icon of a status as SVG of 14 × 14 px; `x` and `y` place it where it is part of another SVG."""
    return (
        f'<svg class="al-icon" x="{x:g}" y="{y:g}" width="14" height="14" viewBox="0 0 16 16" fill="none" '
        f'stroke="{status_colour(status)}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true"><path d="{_LOOKS.get(status, _OTHER)[1]}"/></svg>'
    )


def badge(status: str) -> str:
    """Icon and word, in the status's colour."""
    kind = _LOOKS.get(status, _OTHER)[0]
    return f'<span class="al-badge al-{kind}">{status_icon(status)}{escape(status)}</span>'
