"""An executed notebook as one HTML file that needs nothing from the network, below a summary of its run."""

from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from traitlets.config import Config

from atlas_lab.reports import run_summary, summary_style
from atlas_lab.runs import Run, write_text

# The lab template, with the summary, without the scripts it loads from a CDN.
_TEMPLATE = """{% extends 'lab/index.html.j2' %}
{%- block html_head_css -%}{{ super() }}<style>{{ resources.summary_style }}</style>{%- endblock -%}
{%- block body_header -%}{{ super() }}{{ resources.summary }}{%- endblock -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""
_WIDGET = "application/vnd.jupyter.widget-view+json"
# A widget and a script need Jupyter; the picture beside them does not.
_SHOWN = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]


def write_html(notebook: nbformat.NotebookNode, run: Run, title: str, images_from: Path) -> None:
    """Write the page of a `run` of `notebook` into its folder.

    Pictures the prose refers to are embedded from folder `images_from`. InputError: the page cannot be written.
    """
    exporter = HTMLExporter(
        config=Config(
            {
                "NbConvertBase": {"display_data_priority": _SHOWN},
                "TagRemovePreprocessor": {"enabled": True, "remove_input_tags": ["solution"]},
            }
        ),
        raw_template=_TEMPLATE,
        embed_images=True,
    )
    resources = {
        "metadata": {"name": title, "path": str(images_from)},
        "summary": run_summary(run.manifest, run.folder),
        "summary_style": summary_style(),
    }
    html, _ = exporter.from_notebook_node(_without_bare_widgets(notebook), resources=resources)
    write_text(run.page, html)


def _without_bare_widgets(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy without the outputs that are a live widget only (a progress bar), whose text is meaningless on a page."""
    copy = nbformat.from_dict({**notebook, "cells": [dict(cell) for cell in notebook.cells]})
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _bare_widget(output)]
    return copy


def _bare_widget(output: Any) -> bool:
    return _WIDGET in output.get("data", {}) and set(output["data"]) <= {_WIDGET, "text/plain"}
