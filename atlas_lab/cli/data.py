"""`atlas-lab phantom`, `index` and `download`: making, indexing and fetching folders of cases."""

import time
from pathlib import Path

import typer

from atlas_lab.errors import InputError, ParameterError


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command()(phantom)
    app.command()(index)
    app.command()(download)


def phantom(
    folder: Path = typer.Argument(help="The folder to make the patients in."),
    cases: int = typer.Option(8, min=1, help="How many scans."),
    seed: int = typer.Option(0, min=0, help="The same seed makes the same patients."),
    hospitals: str = typer.Option("1", help="How many hospitals, 5 with the external test site, or names: north,abroad."),
    shape: str | None = typer.Option(None, metavar="X,Y,Z", help="Size of a scan in voxels (each hospital's own)."),
    spacing: float | None = typer.Option(None, help="Distance between voxels in mm (each hospital's own)."),
    lesions: str | None = typer.Option(None, help="none, or the types every patient has: metastasis,renal_cyst (by chance)."),
    real_gap: float = typer.Option(1.0, help="0 to 1: how far tumours lie from what a synthesiser makes."),
    organ_similarity: float = typer.Option(0.0, help="0 to 1: how alike tumours of different organs look."),
    labels: str = typer.Option("hospital", help="What is labelled: as each hospital does, or all."),
    workers: int = typer.Option(1, min=1, help="Processes to use."),
    cluster: str | None = typer.Option(None, metavar="ADDRESS", help="A Dask scheduler to use instead, such as tcp://host:8786."),
) -> None:
    """Make procedural patients with all 25 structures, as a folder of cases; a stopped run goes on."""
    from atlas_lab.data.phantom import Recipe, write_cases

    try:
        recipe = Recipe.of(
            seed=seed,
            hospitals=int(hospitals) if hospitals.isdecimal() else hospitals,
            shape=_shape(shape) if shape else None,
            spacing=spacing,
            lesions=None if lesions is None else [] if lesions == "none" else [name.strip() for name in lesions.split(",")],
            real_gap=real_gap,
            organ_similarity=organ_similarity,
            labels=labels,
        )
    except InputError as error:
        raise ParameterError(str(error)) from None
    write_cases(folder, cases, recipe, workers=workers, cluster=cluster)
    typer.echo(f"{_count(cases, 'case')} in {folder}")


def index(
    folder: Path = typer.Argument(help="A folder of cases."),
    layout: str | None = typer.Option(None, help="How the folder is laid out (nnunet, …); found out when not given."),
) -> None:
    """Index a folder of cases, so that it opens at once, and say what is in it."""
    from atlas_lab.data.atlas import Atlas

    start = time.perf_counter()
    atlas = Atlas.open(folder, layout=layout, refresh=True)
    seconds = time.perf_counter() - start
    counts = atlas.structures()
    for name, count in counts.items():
        typer.echo(f"  {name:32}{count:6}")
    typer.echo(f"{_count(len(atlas), 'case')}, {_count(len(counts), 'structure')}, indexed in {seconds:.1f} s")


def download(
    name: str = typer.Argument(help="The atlas to fetch from, such as AbdomenAtlas1.0Mini."),
    cases: int = typer.Option(5, min=1, help="How many patients."),
    to: Path | None = typer.Option(None, help="The folder to put them in (NAME in the current one)."),
) -> None:
    """Fetch some cases of a published atlas."""
    from atlas_lab.data.atlas import Atlas

    atlas = Atlas.download(name, cases=cases, to=to)
    typer.echo(f"{_count(len(atlas), 'case')} in {atlas.root}")


def _shape(text: str) -> tuple[int, int, int]:
    sizes = [int(part) for part in text.split(",") if part.strip().isascii() and part.strip().isdigit() and int(part) > 0]
    if len(sizes) != 3 or text.count(",") != 2:
        raise ParameterError(f"--shape {text}: write three numbers of voxels, such as 128,128,96")
    return sizes[0], sizes[1], sizes[2]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
