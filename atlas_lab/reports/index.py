"""The index of a folder of runs: one page to see all of them by."""

import os
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from atlas_lab.errors import InputError
from atlas_lab.reports.dag import dag_svg
from atlas_lab.reports.found import PIPELINE, Found, find_runs, read_pipeline
from atlas_lab.reports.gallery import figure_cards, gallery
from atlas_lab.reports.links import held, link
from atlas_lab.reports.overview import metrics_of_all, runs_table, totals
from atlas_lab.reports.page import page
from atlas_lab.reports.sections import artefacts_table, definitions, disclosure, parameters_table
from atlas_lab.reports.status import badge
from atlas_lab.reports.values import duration, moment, plain
from atlas_lab.runs import write_text


def write_index(folder: str | os.PathLike[str]) -> Path:
    """Write `index.html` over the runs in `folder` (and in the folders there) and return its path.

    The page needs nothing but itself; its links lead to the files of the runs, relative, so that the folder can be
    moved as a whole. A manifest that cannot be read is listed as such. InputError: there is no such folder, or neither
    a run nor a pipeline in it, or the page cannot be written.
    """
    folder = Path(folder).expanduser().absolute()
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    runs = find_runs(folder)
    if not runs and not (folder / PIPELINE).is_file():  # a pipeline that has just begun has none yet
        raise InputError(f"{folder}: no runs in it; a run is a folder with a manifest.json")
    readable = [run for run in runs if run.manifest]
    title, pipeline = _pipeline(folder)
    sections = {
        "Pipeline": pipeline,
        "Runs": runs_table(runs, folder) if runs else "",
        "Metrics": metrics_of_all(readable, folder),
        "Figures": gallery(card for run in readable for card in _figures(run, folder)),
        "Details": "".join(_details(run, folder) for run in readable),
    }
    shown = {name: inside for name, inside in sections.items() if inside}
    body = "".join(f'<section id="{name.lower()}"><h2>{name}</h2>\n{inside}</section>\n' for name, inside in shown.items())
    path = folder / "index.html"
    write_text(path, page(title, totals(runs) + body, {name.lower(): name for name in shown}))
    return path


def _pipeline(folder: Path) -> tuple[str, str]:
    """The title of the page, and the section of its pipeline, which is empty without one."""
    try:
        state = read_pipeline(folder)
        if state is None:
            return folder.name, ""
        picture = dag_svg({**state, "steps": _with_existing_pages(state["steps"], folder)})
    except InputError as error:
        return folder.name, f'<p class="al-error">{escape(str(error))}</p>\n'
    shown = {
        "Started (UTC)": moment(state.get("started")),
        "Time": duration(state.get("seconds")),
        "Workers": plain(state.get("workers")),
        "Cluster": plain(state.get("cluster")),
        "Size": plain(state.get("size")),
    }
    status = badge(str(state.get("status")))
    return str(state.get("name")), f'<p class="al-status">{status}</p>\n{definitions(shown)}{picture}{_errors(state["steps"])}'


def _with_existing_pages(steps: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The steps, without the folder of those that left no page, so that these are no links."""
    there = {name: held(folder, f"{step.get('folder')}/{step.get('notebook')}.html") for name, step in steps.items()}
    return {name: {**step, "folder": step.get("folder") if there[name] else None} for name, step in steps.items()}


def _errors(steps: Mapping[str, Any]) -> str:
    return "".join(
        f'<p class="al-error"><strong>{escape(name)}</strong> {escape(str(step["error"]))}</p>\n'
        for name, step in steps.items()
        if step.get("error")
    )


def _figures(run: Found, folder: Path) -> Iterator[str]:
    return figure_cards(run.manifest, run.folder, folder, f" <span>{link(run.name, run.page, folder)}</span>")


def _details(run: Found, folder: Path) -> str:
    return disclosure(run.name, parameters_table(run.manifest) + artefacts_table(run.manifest, run.folder, folder))
