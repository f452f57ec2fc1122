"""What an evaluation's page is made of, and the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import pandas as pd

from atlas_lab.reports.evaluation.frames import frame_table
from atlas_lab.reports.evaluation.pictures import Card, chart_card, charts, pictures
from atlas_lab.reports.page import page
from atlas_lab.reports.sections import definitions


@dataclass(frozen=True)
class Lesions:
    """The lesions of one structure: facts, sensitivity by size as a table, and charts."""

    title: str
    facts: Mapping[str, str]
    by_size: pd.DataFrame
    charts: Sequence[Card] = ()


@dataclass(frozen=True)
class EvaluationReport:
    """The parts of the page; one without rows is not shown. `names` says how names in tables are written.

    `worst` is asked for its pictures one after the other, so that they are never in memory together.
    """

    title: str
    facts: Mapping[str, str]
    conventions: Mapping[str, str]
    warnings: Sequence[str]
    summary: pd.DataFrame
    charts: Iterable[Card]
    by_site: pd.DataFrame
    lesions: Sequence[Lesions]
    worst_note: str
    worst: Iterable[Card]
    left_out: pd.DataFrame
    problems: pd.DataFrame
    scores: pd.DataFrame
    files: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict)


def evaluation_page(report: EvaluationReport) -> str:
    """The whole HTML document; it needs nothing but itself, and links to the files beside it."""
    names = report.names
    top = (
        f"{definitions(report.facts)}"
        f"{''.join(_warning(text) for text in report.warnings)}"
        f"{definitions(report.conventions)}{_files(report.files)}"
    )
    sections = {
        "Summary": frame_table("Summary", report.summary, names),
        "Distributions": charts(report.charts),
        "Sites": frame_table("By site", report.by_site, names),
        "Lesions": "".join(_lesions(one) for one in report.lesions),
        "Worst cases": _noted(report.worst_note, pictures(report.worst)),
        "Left out": frame_table("Left out of the means", report.left_out, names),
        "Problems": _indexless("Problems", report.problems, names),
        "All scores": frame_table("All scores", report.scores, names),
    }
    shown = {title: inside for title, inside in sections.items() if inside}
    ids = {title: title.lower().replace(" ", "-") for title in shown}
    body = "".join(f'<section id="{ids[title]}"><h2>{title}</h2>\n{inside}</section>\n' for title, inside in shown.items())
    return page(report.title, top + body, {ids[title]: title for title in shown})


def _indexless(caption: str, frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    return frame_table(caption, frame.set_index(frame.columns[0]), names) if len(frame) else ""


def _lesions(one: Lesions) -> str:
    by_size = f'<div class="al-part">{frame_table(one.title, one.by_size, {}, tools=False)}</div>'
    drawn = "".join(f"<div>{chart_card(chart)}</div>" for chart in one.charts)
    return f'<h3>{escape(one.title)}</h3>\n{definitions(one.facts)}<div class="al-charts">{by_size}{drawn}</div>\n'


def _warning(text: str) -> str:
    return f'<p class="al-error"><strong>Note</strong> {escape(text)}</p>\n'


def _noted(note: str, inside: str) -> str:
    return f'<p class="al-muted">{escape(note)}</p>\n{inside}' if inside else ""


def _files(names: Sequence[str]) -> str:
    links = " · ".join(f'<a href="{escape(name)}">{escape(name)}</a>' for name in names)
    return f'<p class="al-muted">Tables: {links}</p>\n' if links else ""
