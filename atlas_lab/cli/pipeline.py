"""`atlas-lab pipeline`: a DAG of notebooks, resumable."""

import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import typer
from tqdm.auto import tqdm

from atlas_lab.errors import ParameterError
from atlas_lab.pipelines import Outcome, Result, find_pipeline, read_pipeline, read_values, run_pipeline, size_parameters

_MARKS = {
    "done": "done",
    "skipped": "skipped",
    "failed": "FAILED",
    "blocked": "blocked",
    "interrupted": "stopped",
    "waiting": "waiting",
}


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command("pipeline")(pipeline_command)


def pipeline_command(
    file: str = typer.Argument(help="A pipeline file, or the name of one that comes with the series: quick, ci, study-small, …"),
    parameter: list[str] = typer.Option(
        [], "-p", "--parameter", metavar="NAME=VALUE", help="Set a parameter in every step that has it; may be repeated."
    ),
    output: Path | None = typer.Option(None, "-o", "--output", help="The folder of the pipeline's runs (runs/NAME)."),
    size: str | None = typer.Option(None, help="Take the parameters of each notebook from this size: ci, study-small, study, …"),
    resume: bool = typer.Option(False, "--resume", help="Go on in a folder: steps that are done and unchanged are skipped."),
    workers: int | None = typer.Option(None, min=1, help="Steps to run side by side on this machine (its cores)."),
    cluster: str | None = typer.Option(None, metavar="ADDRESS", help="Run the steps on the Dask scheduler at this address."),
) -> None:
    """Run a pipeline of notebooks: independent steps side by side, finished ones skipped, one page over all of them."""
    if cluster is not None and not cluster.strip():
        raise ParameterError("--cluster: the address is empty; give one, or leave the option out")
    path = find_pipeline(file)
    chosen = read_pipeline(path, read_values(parameter), size_parameters(size) if size else None)
    folder = output or Path("runs") / chosen.name
    signal.signal(signal.SIGTERM, _as_ctrl_c)  # what a CI system or a scheduler sends
    bar: Any = tqdm(total=len(chosen.steps), desc=chosen.name, unit="step", disable=not sys.stderr.isatty(), leave=False)

    def tell(result: Result) -> None:
        bar.update()
        page = folder / result.id / f"{chosen.steps[result.id].notebook.name}.html"
        tqdm.write(_line(result, page if page.exists() else None))

    try:
        with bar:
            outcome = run_pipeline(chosen, folder, resume=resume, workers=workers, cluster=cluster, size=size, tell=tell)
    except KeyboardInterrupt:
        again = shlex.join(["atlas-lab", *sys.argv[1:], *([] if resume else ["--resume"])])
        typer.echo(f"atlas-lab: interrupted; go on with: {again}", err=True)
        raise typer.Exit(130) from None
    typer.echo(_summary(outcome))
    if not outcome.ok:
        raise typer.Exit(1)


def _line(result: Result, page: Path | None) -> str:
    seconds = "" if result.seconds is None else f"{result.seconds:8.1f} s"
    line = f"{_MARKS[result.status]:8} {result.id:32}{seconds}"
    if result.error:
        line += f"  {' '.join(result.error.split())}" + (f"; see {os.path.relpath(page)}" if page else "")
    return line.rstrip()


def _summary(outcome: Outcome) -> str:
    counts: dict[str, int] = {}
    for result in outcome.results.values():
        counts[result.status] = counts.get(result.status, 0) + 1
    lines = [f"{', '.join(f'{n} {status}' for status, n in counts.items())} in {outcome.seconds:.1f} s"]
    return "\n".join([*lines, f"report: {os.path.relpath(outcome.report)}"] if outcome.report else lines)


def _as_ctrl_c(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
