"""`atlas-lab evaluate`: a folder of predictions against a folder of truth."""

import os
import sys
from pathlib import Path

import typer

from atlas_lab.errors import InputError, ParameterError, nearest


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(evaluate)


def evaluate(
    predictions: Path = typer.Argument(help="A folder of label maps: a NIfTI file a case, or a folder a case."),
    truth: Path = typer.Argument(help="The folder of the truth, whose cases have the same names."),
    output: Path = typer.Option(..., "-o", "--output", help="The folder for the tables and report.html."),
    tolerance_mm: float | None = typer.Option(None, min=0, help="Tolerance of the NSD in mm; without it there is no NSD."),
    structures: str | None = typer.Option(None, metavar="NAME,…", help="The structures to score (all)."),
    labels: str | None = typer.Option(
        None, metavar="ID=NAME,…", help="What the ids of label files mean: 1=liver,2=liver_tumor, or a release or label set."
    ),
    convention: str | None = typer.Option(
        None, help="Measure as this tool does: deepmind, monai, medpy, panoptica or abdomenatlas (deepmind)."
    ),
    surface: str | None = typer.Option(None, help="corner_surfel or voxel; like the next four, goes before the convention's."),
    direction: str | None = typer.Option(None, help="HD and HD95 of the two directions: max, pooled or mean."),
    percentile: str | None = typer.Option(None, help="HD95: weighted or linear."),
    assd: str | None = typer.Option(None, help="ASSD: mean or pooled."),
    nsd: str | None = typer.Option(None, help="NSD: pooled or mean."),
    resample: bool = typer.Option(False, "--resample", help="Bring predictions on another grid onto the truth's."),
    cut: bool = typer.Option(False, "--cut", help="Average structures that the scan cuts, too."),
    tumors: str | None = typer.Option(
        None, metavar="NAME,…", help="Structures whose lesions are counted (names that end in tumor, lesion, …)."
    ),
    sites: Path | None = typer.Option(
        None, metavar="CSV", help="A table with columns id and site (what the truth's folder says)."
    ),
    worst: int = typer.Option(2, min=0, help="How many of the worst cases of each structure to show."),
    workers: int = typer.Option(1, min=1, help="Processes to use."),
    cluster: str | None = typer.Option(None, metavar="ADDRESS", help="A Dask scheduler to use instead, such as tcp://host:8786."),
) -> None:
    """Score predictions: DSC, NSD, HD95 and ASSD of every case, lesions, worst cases, on one offline page."""
    from atlas_lab.evaluation.conventions import CONVENTIONS, Convention
    from atlas_lab.evaluation.folders import evaluate as evaluate_folders

    if convention is not None and convention not in CONVENTIONS:
        close = nearest(convention, CONVENTIONS)
        raise ParameterError(f"--convention {convention}: {close}choose one of {', '.join(CONVENTIONS)}")
    given = {"surface": surface, "direction": direction, "percentile": percentile, "assd": assd, "nsd": nsd}
    chosen = CONVENTIONS[convention or "deepmind"] | {name: value for name, value in given.items() if value is not None}
    try:
        Convention(**chosen)
    except InputError as error:
        raise ParameterError(f"--{error}") from None
    try:
        found = evaluate_folders(
            predictions, truth, output=output, tolerance_mm=tolerance_mm, structures=_list(structures), labels=labels,
            resample=resample, cut=cut, tumors=_list(tumors), sites=sites, worst=worst, workers=workers, cluster=cluster,
            progress=sys.stderr.isatty(), **chosen,
        )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo("atlas-lab: interrupted; the same command goes on where it was", err=True)
        raise typer.Exit(130) from None
    shown = [name for name in ("n", "missed", "dsc", "nsd", "hd95_median", "assd", "left_out") if name in found.summary]
    typer.echo(found.summary[shown].round(3).to_string(index_names=False))
    for problem, count in found.problems["problem"].value_counts().items():
        typer.echo(f"{problem}: {count}")
    typer.echo(f"report: {os.path.relpath(output / 'report.html')}")


def _list(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
