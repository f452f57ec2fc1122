"""What there is on a page of many runs: the totals, a row for each run, a row for each metric."""

import json
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from atlas_lab.reports.found import Found
from atlas_lab.reports.links import held, link
from atlas_lab.reports.sections import definitions, files
from atlas_lab.reports.status import badge
from atlas_lab.reports.tables import EMPTY, Cell, number_cell, table, text_cell
from atlas_lab.reports.values import duration, instant, interval, moment, number, size


def totals(runs: Sequence[Found]) -> str:
    """How many runs ended how, and what they took and left."""
    statuses = Counter(_status(run) for run in runs)
    manifests = [run.manifest for run in runs if run.manifest]
    peaks = [peak for m in manifests if (peak := m.get("peak_memory_bytes")) is not None]
    shown = {
        "Runs": ", ".join(f"{count} {status}" for status, count in statuses.items()) or "0",
        "Time of all runs": duration(sum(m.get("seconds") or 0 for m in manifests)),
        "Highest peak memory": size(max(peaks, default=None)),
        "Metrics": str(sum(len(m["metrics"]) for m in manifests)),
        "Figures": str(sum(len(m["figures"]) for m in manifests)),
    }
    return definitions(shown)


def runs_table(runs: Sequence[Found], folder: Path) -> str:
    """A row for each run, with links to its page, notebook and manifest."""
    titles = ["Run", "Status", "Time", "Peak memory", "Started (UTC)", "Device", "Files"]
    return table("Runs", titles, [_run_row(run, folder) for run in runs], tools=True)


def metrics_of_all(runs: Sequence[Found], folder: Path) -> str:
    """A row for each metric of each run; a parameter in which runs of one notebook differ is a column. Empty without any."""
    varied = varying_parameters(runs)
    titles = ["Run", *varied, "Metric", "Value", "CI", "n", "Unit", "Claim"]
    rows = [
        [
            text_cell(run.name, link(run.name, run.page, folder)),
            *(text_cell(run.manifest["parameters"].get(parameter)) for parameter in varied),
            *_metric_cells(name, entry),
        ]
        for run in runs
        for name, entry in run.manifest["metrics"].items()
    ]
    return table("Metrics of all runs", titles, rows, tools=True) if rows else ""


def varying_parameters(runs: Sequence[Found]) -> list[str]:
    """The parameters that runs of one notebook do not share the value of."""
    values: dict[tuple[str, str], set[str]] = {}
    for run in runs:
        for parameter, value in run.manifest["parameters"].items():
            values.setdefault((run.manifest["name"], parameter), set()).add(json.dumps(value, sort_keys=True))
    return list(dict.fromkeys(parameter for (_, parameter), found in values.items() if len(found) > 1))


def _run_row(run: Found, folder: Path) -> list[Cell]:
    m = run.manifest
    if not m:
        manifest = link("manifest", held(run.folder, "manifest.json"), folder)
        reason = text_cell("unreadable", badge("unreadable") + _note(run.problem))
        return [text_cell(run.name), reason, EMPTY, EMPTY, EMPTY, EMPTY, text_cell(run.name, manifest)]
    started = instant(m.get("started"))
    return [
        text_cell(run.name, link(run.name, run.page, folder)),
        text_cell(m["status"], badge(m["status"]) + (_note(str(m["error"])) if m.get("error") else "")),
        number_cell(m.get("seconds"), duration(m.get("seconds"))),
        number_cell(m.get("peak_memory_bytes"), size(m.get("peak_memory_bytes"))),
        number_cell(started.timestamp() if started else None, moment(m.get("started"))),
        text_cell(m.get("device")),
        text_cell(m["name"], files(m, run.folder, folder)),
    ]


def _metric_cells(name: str, entry: dict[str, Any]) -> list[Cell]:
    value, ends, n = entry.get("value"), entry.get("ci"), entry.get("n")
    return [
        text_cell(name),
        number_cell(value, number(value)),
        number_cell(ends[0] if ends else None, interval(ends)),
        number_cell(n, number(n)),
        text_cell(entry.get("unit") or None),
        text_cell(entry.get("claim")),
    ]


def _note(problem: str) -> str:
    return f'<span class="al-note">{escape(problem)}</span>'


def _status(run: Found) -> str:
    return run.manifest["status"] if run.manifest else "unreadable"
