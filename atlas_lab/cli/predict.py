"""`atlas-lab predict`: the structures in a CT, in a folder of CTs or in an atlas."""

import os
import sys
from pathlib import Path

import typer

from atlas_lab.errors import InputError


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(predict)


def predict(
    source: Path = typer.Argument(
        metavar="INPUT", help="A CT (NIfTI, a DICOM folder, a case's folder), a folder of NIfTI files, or an atlas."
    ),
    model: str = typer.Option(..., help="A checkpoint, the folder of a training, or a published name such as suprem:unet."),
    output: Path = typer.Option(..., "-o", "--output", help="The folder for the cases, in AbdomenAtlas layout."),
    structures: str | None = typer.Option(None, metavar="NAME,…", help="The structures to give (the model's own)."),
    soft: bool = typer.Option(False, "--soft", help="Write probabilities too: uint8, p = value / 255, in soft/ of each case."),
    flips: bool = typer.Option(False, "--flips", help="Look at mirrored copies too (y and z) and average; four times as long."),
    postprocess: bool = typer.Option(
        True, "--postprocess/--no-postprocess", help="Clean the masks by what is known of each structure."
    ),
    overlap: float = typer.Option(0.5, min=0, max=0.95, help="How much neighbouring windows share; 0.75 is SuPreM's."),
    batch_size: int = typer.Option(1, min=1, help="Windows to look at at once."),
    device: str | None = typer.Option(None, help="cpu, cuda, … (the GPU where there is one)."),
    accept_licence: bool = typer.Option(False, "--accept-licence", help="Accept the licence of published weights."),
    workers: int = typer.Option(1, min=1, help="Processes to use."),
) -> None:
    """Outline the structures in CTs: masks in AbdomenAtlas layout; a stopped run goes on, and finished cases stay."""
    from atlas_lab.learning.inference.cases import predict_cases
    from atlas_lab.learning.weights.sources import named

    if (published := named(model)) is not None and not accept_licence:
        raise InputError(
            f"{model}: read its licence first: {published.licence}; with --accept-licence you accept it"
            f" (file {published.file} of https://huggingface.co/{published.repo})"
        )
    names = None if structures is None else [name.strip() for name in structures.split(",") if name.strip()]
    try:
        found = predict_cases(
            source, model, output, structures=names, overlap=overlap, batch_size=batch_size, flips=flips,
            postprocess=postprocess, soft=soft, device=device, accept_licence=accept_licence, workers=workers,
            progress=sys.stderr.isatty(),
        )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo("atlas-lab: interrupted; the same command goes on where it was", err=True)
        raise typer.Exit(130) from None
    if not found.values:
        found.require_all()
    table = found.table
    for name in table.columns:
        volumes = table[name]
        typer.echo(f"  {name:32}{volumes.median():10.1f} mL{_range(volumes.min(), volumes.max(), len(table))}")
    typer.echo(f"masks: {os.path.relpath(output / table.index[0] if len(table) == 1 else output)}")
    found.require_all()


def _range(lowest: float, highest: float, cases: int) -> str:
    return f"  ({lowest:.1f} to {highest:.1f}, median of {cases} cases)" if cases > 1 else ""
