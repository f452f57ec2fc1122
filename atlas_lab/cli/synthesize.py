"""`atlas-lab synthesize`: a whole atlas with tumours."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from atlas_lab.errors import InputError, ParameterError

if TYPE_CHECKING:
    from atlas_lab.data.atlas import Atlas


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command()(synthesize)


def synthesize(
    atlas: Path = typer.Argument(help="A folder of cases with organ masks."),
    output: Path = typer.Option(..., "-o", "--output", help="The folder for the new cases, in AbdomenAtlas layout."),
    organ: str = typer.Option("liver,pancreas,kidney", metavar="NAME,…", help="The organs to make tumours in."),
    method: str = typer.Option("handcrafted", help="handcrafted, automaton or diffusion."),
    per_case: int = typer.Option(7, min=1, help="How many tumours a case, over all organs."),
    size: str = typer.Option("early", help="tiny, small, medium, large, mix, early (below 20 mm), or a diameter in mm."),
    cases: str | None = typer.Option(None, metavar="N|ID,…", help="The first so many cases, or these (all)."),
    model: Path | None = typer.Option(None, help="A trained diffusion model (the small one of the package)."),
    device: str | None = typer.Option(None, help="Where the method runs: cpu, cuda, … (its own default)."),
    seed: int = typer.Option(0, min=0, help="The same seed makes the same tumours."),
    workers: int = typer.Option(1, min=1, help="Processes to use."),
    cluster: str | None = typer.Option(None, metavar="ADDRESS", help="A Dask scheduler to use instead, such as tcp://host:8786."),
) -> None:
    """Make tumours in every case of an atlas, as a new atlas with their masks; a stopped run goes on."""
    from atlas_lab.data.atlas import Atlas
    from atlas_lab.synthesis.methods import method_of
    from atlas_lab.synthesis.whole_atlas import synthesize_atlas
    from atlas_lab.synthesis.whole_atlas.order import Order

    if model is not None and method != "diffusion":
        raise ParameterError(f"--model is a trained diffusion model, and the method is {method}; add --method diffusion")
    try:
        given = {"model": model and str(model.absolute()), "device": device}
        chosen = method_of(method, {name: value for name, value in given.items() if value is not None})
        Order.of(organ, chosen, per_case, _size(size), seed)
    except InputError as error:
        raise ParameterError(str(error)) from None
    try:
        made = synthesize_atlas(
            _selected(Atlas.open(atlas), cases), organ, chosen, output, per_case=per_case, size=_size(size), seed=seed,
            workers=workers, cluster=cluster, progress=sys.stderr.isatty(),
        )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo("atlas-lab: interrupted; the same command goes on where it was", err=True)
        raise typer.Exit(130) from None
    if len(made.summary):
        typer.echo(made.summary.reset_index().to_string(index=False, na_rep=""))
    typer.echo(f"{_count(len(made.tumours), 'tumour')} in {_count(made.tumours['id'].nunique(), 'case')}: {output}")
    if made.errors:
        for id, said in made.errors.items():
            typer.echo(f"  {id}: {said}", err=True)
        raise InputError(f"{_count(len(made.errors), 'case')} failed; the others are done, and the same command tries again")


def _selected(atlas: "Atlas", text: str | None) -> "Atlas":
    """The first so many cases, or those of these ids."""
    if text is None:
        return atlas
    if text.isdecimal() and text not in atlas.ids:
        if not int(text):
            raise ParameterError("--cases 0: give 1 or more, or ids with commas between them")
        return atlas[: int(text)]
    return atlas.select(id.strip() for id in text.split(","))


def _size(text: str) -> str | float:
    """A class by its name, or mm."""
    try:
        return float(text)
    except ValueError:
        return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
