"""Tables that are complete as they stand, and that the page's script can sort and filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from atlas_lab.reports.values import MISSING, plain


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and what it is sorted by: a number, else its text. Without either it is missing and sorts last."""

    html: str
    sort: float | str | None


EMPTY = Cell(f'<span class="al-muted">{MISSING}</span>', None)


def text_cell(value: Any, html: str | None = None) -> Cell:
    """A cell of text, or of a parameter's value; `html` is what it shows instead."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(plain(value), value)
    return EMPTY if value is None else Cell(html or escape(plain(value)), plain(value))


def number_cell(value: float | None, shown: str) -> Cell:
    """A cell sorted by `value`, which reads `shown`."""
    return EMPTY if value is None else Cell(escape(shown), value)


def table(caption: str, titles: Sequence[str], rows: Sequence[Sequence[Cell]], *, tools: bool = False) -> str:
    """A table in a box of its own that scrolls sideways; the first cell of a row names the row.

    `caption` is read out, not shown. With `tools` the page's script adds a filter and makes the titles sort.
    """
    right = [_is_numeric([row[column] for row in rows]) for column in range(len(titles))]
    head = "".join(f'<th scope="col"{_side(r)}>{escape(title)}</th>' for title, r in zip(titles, right, strict=True))
    body = "\n".join(f"<tr>{_row(row, right)}</tr>" for row in rows)
    # wide ones are reached and scrolled with the keyboard too
    region = f' role="region" tabindex="0" aria-label="{escape(caption)}"' if tools else ""
    return (
        f'<div class="al-scroll"{region}>'
        f'<table class="al-table"{" data-tools" if tools else ""}><caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
    )


def _row(cells: Sequence[Cell], right: Sequence[bool]) -> str:
    parts = []
    for index, (cell, side) in enumerate(zip(cells, right, strict=True)):
        tag, scope = ("th", ' scope="row"') if index == 0 else ("td", "")
        key = "" if cell.sort is None else escape(str(cell.sort))
        parts.append(f'<{tag}{scope}{_side(side)} data-sort="{key}">{cell.html}</{tag}>')
    return "".join(parts)


def _is_numeric(column: Sequence[Cell]) -> bool:
    keys = [cell.sort for cell in column if cell.sort is not None]
    return bool(keys) and all(isinstance(key, int | float) for key in keys)


def _side(right: bool) -> str:
    return ' class="al-number"' if right else ""
