"""`atlas-lab report`: one page over a folder of runs."""

import os
from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(report)


def report(folder: Path = typer.Argument(Path("runs"), help="The folder that holds the runs.")) -> None:
    """Write index.html over a folder of runs: every metric, figure and parameter, in one page that needs no network."""
    from atlas_lab.reports import write_index

    typer.echo(f"report: {os.path.relpath(write_index(folder))}")
