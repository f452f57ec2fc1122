"""A pipeline as a picture: a box for each step, an arrow for each need, and below it when each step ran."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from atlas_lab.reports.gantt import gantt_svg
from atlas_lab.reports.layers import Layout, Node, layout
from atlas_lab.reports.palette import MONO, colour
from atlas_lab.reports.status import status_colour, status_icon
from atlas_lab.reports.values import duration, shortened

_HEIGHT, _BEND_HEIGHT, _GAP, _BETWEEN, _MARGIN = 46, 10, 14, 56, 4  # px
_LETTER = 7.3  # px, of the monospaced name; no font can be measured here
_LONGEST = 28  # letters


def dag_svg(pipeline: Mapping[str, Any]) -> str:
    """HTML with the picture of a pipeline as `pipeline.json` has it: inline SVGs, each in a box that scrolls sideways.

    A step with a folder is a link to `FOLDER/NOTEBOOK.html`. InputError: steps need each other in a circle.
    """
    steps = pipeline["steps"]
    placed = layout({name: step.get("needs") or [] for name, step in steps.items()})
    box_width = max((_needed_width(name, step) for name, step in steps.items()), default=0)
    places, width, height = _places(placed, box_width)
    arrows = "".join(_arrow(left, right, places, box_width) for left, right in placed.links)
    bends = "".join(_pass(places[node], box_width) for layer in placed.layers for node in layer if node not in steps)
    boxes = "\n".join(_box(name, step, places[name], box_width) for name, step in steps.items())
    title = escape(f"Pipeline {pipeline.get('name', '')}: {len(steps)} steps and what they need")
    return (
        f'<div class="al-scroll" role="region" tabindex="0" aria-label="{title}">'
        f'<svg class="al-dag" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        f'font-family="system-ui, sans-serif" font-size="12">\n'
        f'<g fill="none" stroke="{colour("muted")}" stroke-width="1.5">{arrows}{bends}</g>\n{boxes}\n</svg></div>\n'
        f"{gantt_svg(pipeline)}"
    )


def _places(placed: Layout, box_width: float) -> tuple[dict[Node, tuple[float, float]], float, float]:
    """The left end and middle height of every node, the width and the height of the whole, in px."""

    def height_of(node: Node) -> float:
        return _HEIGHT if isinstance(node, str) else _BEND_HEIGHT

    heights = [sum(height_of(node) + _GAP for node in layer) - _GAP for layer in placed.layers]
    tallest = max(heights, default=0)
    places: dict[Node, tuple[float, float]] = {}
    for index, (layer, total) in enumerate(zip(placed.layers, heights, strict=True)):
        y = _MARGIN + (tallest - total) / 2
        for node in layer:
            places[node] = (_MARGIN + index * (box_width + _BETWEEN), y + height_of(node) / 2)
            y += height_of(node) + _GAP
    width = len(heights) * (box_width + _BETWEEN) - _BETWEEN
    return places, width + 2 * _MARGIN, tallest + 2 * _MARGIN


def _arrow(left: Node, right: Node, places: Mapping[Node, tuple[float, float]], box_width: float) -> str:
    (x, y), (end, to) = places[left], places[right]
    start, middle = x + box_width, (x + box_width + end) / 2
    head = f"M{end - 6:g} {to - 4:g}l6 4l-6 4" if isinstance(right, str) else ""
    return f'<path d="M{start:g} {y:g}C{middle:g} {y:g} {middle:g} {to:g} {end:g} {to:g}{head}"/>'


def _pass(place: tuple[float, float], box_width: float) -> str:
    return f'<path d="M{place[0]:g} {place[1]:g}h{box_width:g}"/>'


def _box(name: str, step: Mapping[str, Any], place: tuple[float, float], width: float) -> str:
    x, y = place[0], place[1] - _HEIGHT / 2
    status, state = str(step["status"]), _state(step)
    needs = ", ".join(map(str, step.get("needs") or [])) or "nothing"
    inside = (
        f"<title>{escape(f'{name}: {state}, needs {needs}')}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{_HEIGHT}" rx="6" '
        f'fill="{colour("panel")}" stroke="{status_colour(status)}"{_dashes(status)}/>'
        f'<text x="{x + 12:g}" y="{y + 19:g}" font-family="{MONO}" fill="{colour("ink")}">'
        f"{escape(shortened(name, _LONGEST))}</text>"
        f"{status_icon(status, x + 11, y + 26)}"
        f'<text x="{x + 30:g}" y="{y + 37:g}" fill="{status_colour(status)}">{escape(state)}</text>'
    )
    if not step.get("folder"):
        return f"<g>{inside}</g>"
    page = quote(f"{step['folder']}/{step.get('notebook')}.html")
    return f'<a href="{escape(page)}" aria-label="{escape(f"{name}: {state}")}">{inside}</a>'


def _state(step: Mapping[str, Any]) -> str:
    took = step.get("seconds")
    return str(step["status"]) if took is None else f"{step['status']} · {duration(took)}"


def _needed_width(name: str, step: Mapping[str, Any]) -> float:
    return max(24 + _LETTER * len(shortened(name, _LONGEST)), 44 + _LETTER * len(_state(step)))


def _dashes(status: str) -> str:
    return ' stroke-dasharray="4 3"' if status in ("waiting", "blocked") else ""
