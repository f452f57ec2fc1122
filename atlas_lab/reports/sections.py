"""The parts in which a run is shown; each is empty where the run has nothing of the kind."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from atlas_lab.reports.links import held, link
from atlas_lab.reports.tables import Cell, number_cell, table, text_cell
from atlas_lab.reports.values import MISSING, duration, interval, moment, number, plain, size


def facts(manifest: Mapping[str, Any]) -> str:
    """When, how long, how much memory, on what, with which seed."""
    shown = {
        "Started (UTC)": moment(manifest.get("started")),
        "Time": duration(manifest.get("seconds")),
        "Peak memory": size(manifest.get("peak_memory_bytes")),
        "Peak GPU memory": size(manifest.get("peak_gpu_memory_bytes")),
        "Device": plain(manifest.get("device")),
        "Seed": plain(manifest.get("seed")),
    }
    return definitions(shown)


def definitions(shown: Mapping[str, str]) -> str:
    """Names with their values, side by side, but for those whose value is missing."""
    known = {name: value for name, value in shown.items() if value != MISSING}
    pairs = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in known.items())
    return f'<dl class="al-facts">{pairs}</dl>\n'


def error_box(manifest: Mapping[str, Any]) -> str:
    """What went wrong."""
    error = manifest.get("error")
    return f'<p class="al-error"><strong>Error</strong> {escape(str(error))}</p>\n' if error else ""


def metrics_table(manifest: Mapping[str, Any]) -> str:
    """What was recorded: `value [low, high] unit`, n, claim."""
    rows = [
        [text_cell(name), number_cell(entry.get("value"), _measured(entry)), _count(entry), text_cell(entry.get("claim"))]
        for name, entry in manifest["metrics"].items()
    ]
    return table("Metrics", ["Metric", "Value", "n", "Claim"], rows) if rows else ""


def parameters_table(manifest: Mapping[str, Any]) -> str:
    """What the run was given."""
    rows = [[text_cell(name), Cell(escape(plain(value)), plain(value))] for name, value in manifest["parameters"].items()]
    return table("Parameters", ["Parameter", "Value"], rows) if rows else ""


def artefacts_table(manifest: Mapping[str, Any], run_folder: Path, page_folder: Path) -> str:
    """What the run left, with sizes."""
    rows = [
        [text_cell(name, link(name, held(run_folder, name), page_folder)), _size(entry.get("size"))]
        for name, entry in manifest["artefacts"].items()
    ]
    return table("Artefacts", ["File", "Size"], rows) if rows else ""


def provenance(manifest: Mapping[str, Any]) -> str:
    """The commit, the interpreter, the versions and the inputs: what it takes to repeat the run."""
    environment = manifest.get("environment") or {}
    inputs = manifest.get("inputs") or {}
    shown = {
        "Commit": plain(environment.get("commit")),
        "Python": plain(environment.get("python")),
        "Platform": plain(environment.get("platform")),
        "Processors": plain(environment.get("processors")),
        **{f"Input {name}": _identity(entry) for name, entry in inputs.items()},
    }
    versions = (environment.get("versions") or {}).items()
    packages = "".join(f"<li>{escape(name)} <span>{escape(str(version))}</span></li>" for name, version in versions)
    return f'{definitions(shown)}<ul class="al-versions">{packages}</ul>\n' if packages else definitions(shown)


def files(manifest: Mapping[str, Any], run_folder: Path, page_folder: Path) -> str:
    """Links to the executed notebook and the manifest."""
    named = {"notebook": f"{manifest['name']}.ipynb", "manifest": "manifest.json"}
    links = [link(text, path, page_folder) for text, name in named.items() if (path := held(run_folder, name))]
    return f'<span class="al-files">{" · ".join(links)}</span>'


def disclosure(title: str, inside: str) -> str:
    """A part that is folded away until somebody asks for it."""
    return f'<details class="al-details"><summary>{escape(title)}</summary>{inside}</details>\n' if inside else ""


def _measured(entry: Mapping[str, Any]) -> str:
    ends = interval(entry.get("ci"))
    return " ".join([number(entry.get("value")), *([ends] if ends != MISSING else []), str(entry.get("unit") or "")]).strip()


def _count(entry: Mapping[str, Any]) -> Cell:
    return number_cell(entry.get("n"), number(entry.get("n")))


def _size(of_file: Any) -> Cell:
    return number_cell(of_file, size(of_file))


def _identity(entry: Mapping[str, Any]) -> str:
    return f"{plain(entry.get('path'))}, SHA-256 {str(entry.get('sha256'))[:12]}…"
