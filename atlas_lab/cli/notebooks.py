"""`atlas-lab list` and `atlas-lab run`."""

import os
import re
import sys
from pathlib import Path

import typer

from atlas_lab.errors import ParameterError
from atlas_lab.pipelines import (
    CellFailed,
    Notebook,
    Parameter,
    find_notebook,
    list_notebooks,
    read_values,
    run_notebook,
    size_parameters,
)
from atlas_lab.runs import Run


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("list")(list_command)
    app.command("run")(run_command)


def list_command() -> None:
    """List the notebooks, the parameters each takes and the artefacts it leaves."""
    for notebook in list_notebooks():
        typer.echo("\n".join(_description(notebook)))


def run_command(
    notebook: str = typer.Argument(help="A notebook's name (`atlas-lab list`) or the path of an .ipynb file."),
    parameter: list[str] = typer.Option([], "-p", "--parameter", metavar="NAME=VALUE", help="Set a parameter; may be repeated."),
    file: Path | None = typer.Option(None, "-f", "--file", metavar="FILE.yaml", help="Read parameters from a YAML file."),
    size: str | None = typer.Option(
        None, help="Start from the parameters this size gives the notebook: ci, study-small, study, …"
    ),
    output: Path | None = typer.Option(None, "-o", "--output", help="A new folder for the run (runs/NAME-DATE-TIME)."),
    progress: bool = typer.Option(True, "--progress/--no-progress", help="Show a progress bar (on a terminal)."),
) -> None:
    """Run a notebook with parameters; keep the executed notebook, an HTML page and the manifest in a folder."""
    found = find_notebook(notebook)
    sized = size_parameters(size).get(found.name, {}) if size else {}
    values = {**sized, **read_values(parameter, file)}
    try:
        run = run_notebook(found, values, output, progress=progress and sys.stderr.isatty())
    except ParameterError:
        raise
    except CellFailed as failure:
        _explain(failure)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("atlas-lab: interrupted; what was finished is kept", err=True)
        raise typer.Exit(130) from None
    typer.echo("\n".join(_outcome(run)))


def _description(notebook: Notebook) -> list[str]:
    number = "" if notebook.number is None else f"{notebook.number:02d}"
    lines = [f"{number:3}{notebook.name:22}{notebook.title}"]
    settings = [(parameter, _setting(parameter)) for parameter in notebook.parameters]
    width = max((len(setting) for _, setting in settings), default=0)
    lines += [f"     {setting:{width}}  {parameter.help}".rstrip() for parameter, setting in settings]
    return lines + ([f"     leaves {', '.join(notebook.artefacts)}"] if notebook.artefacts else [])


def _setting(parameter: Parameter) -> str:
    return f"{parameter.name}: {parameter.type}" + (" (required)" if parameter.required else f" = {parameter.default!r}")


def _outcome(run: Run) -> list[str]:
    lines = [f"{name}: {_measured(metric)}" for name, metric in run.metrics.items()]
    peak = run.manifest["peak_memory_bytes"]
    memory = f", peak memory {peak / 1e6:.0f} MB" if peak else ""
    return [*lines, f"time: {run.manifest['seconds']:.1f} s{memory}", f"report: {os.path.relpath(run.page)}"]


def _measured(metric: dict) -> str:
    text = f"{metric['value']:.4g}"
    if metric["ci"]:
        text += f" [{metric['ci'][0]:.4g}, {metric['ci'][1]:.4g}]"
    if metric["unit"]:
        text += f" {metric['unit']}"
    return text + (f" (n = {metric['n']})" if metric["n"] is not None else "")


def _explain(failure: CellFailed) -> None:
    if failure.advice is not None:
        typer.echo(f"atlas-lab: error: {failure.advice}", err=True)
        return
    traceback = failure.traceback if sys.stderr.isatty() else re.sub(r"\x1b\[[0-9;]*m", "", failure.traceback)
    if traceback:
        typer.echo(traceback, err=True)
    typer.echo(f"atlas-lab: error: {failure}; see {os.path.relpath(failure.run.page)}", err=True)
