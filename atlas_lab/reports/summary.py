"""One run at a glance, as a fragment for the top of its page."""

import os
from collections.abc import Mapping
from html import escape
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from atlas_lab.reports.gallery import figure_cards, gallery
from atlas_lab.reports.palette import light_css
from atlas_lab.reports.sections import (
    artefacts_table,
    disclosure,
    error_box,
    facts,
    files,
    metrics_table,
    parameters_table,
    provenance,
)
from atlas_lab.reports.status import badge


def run_summary(manifest: Mapping[str, Any], folder: str | os.PathLike[str]) -> str:
    """HTML for the top of a page in the run's `folder`: what ran, how it went, what came out; `summary_style` goes with it.

    Figures are inside as small copies; links are relative to `folder` and lead only to files that are there.
    """
    folder = Path(folder)
    sections = {
        "Metrics": metrics_table(manifest),
        "Parameters": parameters_table(manifest),
        "Figures": gallery(figure_cards(manifest, folder, folder)),
        "Artefacts": artefacts_table(manifest, folder, folder),
    }
    parts = "".join(
        f'<section class="al-part al-part-{title.lower()}"><h3>{title}</h3>{inside}</section>\n'
        for title, inside in sections.items()
        if inside
    )
    name = escape(manifest["name"])
    return (
        f'<section class="al-run" aria-label="Run of {name}">\n'
        f'<header class="al-run-head"><h2>{name}</h2>{badge(manifest["status"])}'
        f"{files(manifest, folder, folder)}</header>\n"
        f"{error_box(manifest)}{facts(manifest)}"
        f'<div class="al-parts">{parts}</div>\n'
        f"{disclosure('Versions, inputs and commit', provenance(manifest))}</section>\n"
    )


def summary_style() -> str:
    """The CSS that `run_summary` needs, for a `style` element. Light, like the notebook pages it is put on."""
    return light_css() + package_files("atlas_lab.reports").joinpath("static", "summary.css").read_text(encoding="utf-8")
