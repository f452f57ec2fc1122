"""Values as a person reads them: numbers, durations, sizes, moments, parameters. All of it plain text, to be escaped."""

import datetime
from typing import Any

MISSING = "–"


def number(value: Any) -> str:
    """Four significant digits, but every digit before the point of what is not huge."""
    if not isinstance(value, float):
        return plain(value)
    return f"{value:.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.4g}"


def interval(ends: Any) -> str:
    """`[low, high]`, or nothing."""
    return f"[{number(ends[0])}, {number(ends[1])}]" if ends else MISSING


def duration(seconds: float | None) -> str:
    """`5.28 s`, `1 min 23 s` or `2 h 5 min`."""
    if seconds is None:
        return MISSING
    if seconds < 60:
        return f"{seconds:.3g} s"
    whole, small, units = (round(seconds), 60, "min s") if seconds < 3600 else (round(seconds / 60), 60, "h min")
    large, rest = divmod(whole, small)
    first, second = units.split()
    return f"{large} {first} {rest} {second}" if rest else f"{large} {first}"


def size(number_of_bytes: float | None) -> str:
    """`388 MB`: decimal units, three digits."""
    if number_of_bytes is None:
        return MISSING
    power = next((power for power in range(3) if number_of_bytes < 1000 ** (power + 1)), 3)
    scaled = number_of_bytes / 1000**power
    return f"{scaled:.{3 if scaled < 1000 else 6}g} {'B kB MB GB'.split()[power]}"


def instant(iso: Any) -> datetime.datetime | None:
    """The moment that ISO text names, in UTC; None for anything else."""
    try:
        return datetime.datetime.fromisoformat(iso).astimezone(datetime.UTC)
    except (TypeError, ValueError):
        return None


def moment(iso: Any) -> str:
    """`2026-11-24 19:01:59`, in UTC."""
    found = instant(iso)
    return found.strftime("%Y-%m-%d %H:%M:%S") if found else MISSING


def plain(value: Any) -> str:
    """A parameter's value: text as it is, all else as Python writes it, nothing as a dash."""
    if value is None:
        return MISSING
    return value if isinstance(value, str) and value else f"{value!r}"


def shortened(name: str, longest: int) -> str:
    """The name with its middle left out where it has more letters than `longest`: runs of a sweep differ in their ends."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[: half - 1]}…{name[-half:]}"
