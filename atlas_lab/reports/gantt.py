"""When the steps of a pipeline ran: one bar each, on one axis."""

import datetime
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from atlas_lab.reports.palette import MONO, colour
from atlas_lab.reports.status import status_colour
from atlas_lab.reports.values import duration, instant, shortened

_ROW, _BAR, _TOP, _CHART, _RIGHT = 20, 10, 22, 520, 80  # px
_LETTER, _LONGEST = 6.7, 32  # px of a letter of a name, letters
_ROUND = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400]  # s

Span = tuple[float, float]  # start and end, in s after the first start


def gantt_svg(pipeline: Mapping[str, Any]) -> str:
    """HTML with a bar from start to end of each step of a pipeline that ran, in a box that scrolls; empty where none did."""
    steps = pipeline["steps"]
    spans = _spans(steps)
    if not spans:
        return ""
    left = 10 + _LETTER * max(len(shortened(name, _LONGEST)) for name in spans)
    scale = _CHART / max(max(end for _, end in spans.values()), 0.1)
    width, height = left + _CHART + _RIGHT, _TOP + _ROW * len(spans)
    rows = (_row(name, steps[name], span, index, left, scale) for index, (name, span) in enumerate(spans.items()))
    said = ", ".join(f"{name} from {duration(start)} to {duration(end)}" for name, (start, end) in spans.items())
    return (
        '<div class="al-scroll" role="region" tabindex="0" aria-label="When each step ran">'
        f'<svg class="al-gantt" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(f"When each step ran: {said}")}" font-family="system-ui, sans-serif" font-size="11">\n'
        f"{''.join(_ticks(left, scale, height))}\n{''.join(rows)}</svg></div>\n"
    )


def _spans(steps: Mapping[str, Any]) -> dict[str, Span]:
    """When each step ran, in the order of their starts. A skipped step ran another time; a running one goes on to the last."""
    starts = {
        name: begun for name, step in steps.items() if step["status"] != "skipped" and (begun := instant(step.get("started")))
    }
    if not starts:
        return {}
    ends = {name: _end(steps[name], start) for name, start in starts.items()}
    first, last = min(starts.values()), max([*starts.values(), *filter(None, ends.values())])
    order = sorted(starts, key=starts.__getitem__)
    return {name: ((starts[name] - first).total_seconds(), ((ends[name] or last) - first).total_seconds()) for name in order}


def _end(step: Mapping[str, Any], start: datetime.datetime) -> datetime.datetime | None:
    if step.get("seconds") is not None:  # finer than the times, which are whole seconds
        return start + datetime.timedelta(seconds=step["seconds"])
    return instant(step.get("finished"))


def _row(name: str, step: Mapping[str, Any], span: Span, index: int, left: float, scale: float) -> str:
    y, start, length = _TOP + _ROW * index, left + span[0] * scale, max((span[1] - span[0]) * scale, 2)
    tone = status_colour(str(step["status"]))
    took = duration(step["seconds"]) if step.get("seconds") is not None else str(step["status"])
    return (
        f'<text x="{left - 8:g}" y="{y + 13:g}" text-anchor="end" font-family="{MONO}" fill="{colour("ink")}">'
        f"{escape(shortened(name, _LONGEST))}</text>"
        f'<rect x="{start:.1f}" y="{y + (_ROW - _BAR) / 2:g}" width="{length:.1f}" height="{_BAR}" rx="2" fill="{tone}"/>'
        f'<text x="{start + length + 5:.1f}" y="{y + 14:g}" fill="{colour("muted")}">{escape(took)}</text>\n'
    )


def _ticks(left: float, scale: float, height: float) -> Iterator[str]:
    """Hairlines at round times, at most six."""
    apart = next((seconds for seconds in _ROUND if _CHART / (seconds * scale) <= 6), _ROUND[-1])
    count = int(_CHART / (apart * scale))
    for index in range(0, count + 1, 1 + count // 6):
        x = left + index * apart * scale
        yield f'<path d="M{x:.1f} {_TOP - 5}V{height:g}" stroke="{colour("line")}"/>'
        yield f'<text x="{x:.1f}" y="12" text-anchor="middle" fill="{colour("muted")}">{duration(index * apart)}</text>'
