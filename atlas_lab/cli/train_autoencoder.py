"""`atlas-lab train-autoencoder`: the first of the two networks that make tumours by diffusion."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from atlas_lab.errors import InputError, ParameterError

if TYPE_CHECKING:
    from atlas_lab.learning.training import Plan, Trained
    from atlas_lab.synthesis.diffusion.recipe import Training

RECIPE = typer.Option("small", "-f", "--recipe", help="small, full, or a YAML file: grid, networks, steps (see the docs).")
OUTPUT = typer.Option(..., "-o", "--output", help="The folder for the training; a stopped one in it goes on.")
ORGANS = typer.Option("liver,pancreas,kidney", "--organ", metavar="NAME,…", help="The organs to learn from.")
STEPS = typer.Option(None, min=1, help="Steps of the optimiser (as the recipe has them).")
MINUTES = typer.Option(None, min=0.01, help="Minutes of training in place of the recipe's steps; with --steps what ends first.")
WORKERS = typer.Option(0, min=0, help="Processes that make patches.")
DEVICE = typer.Option("auto", help="auto, cpu, cuda or mps.")


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command("train-autoencoder")(train_autoencoder)


def train_autoencoder(
    atlas: Path = typer.Argument(metavar="ATLAS", help="A folder of cases with masks of these organs."),
    output: Path = OUTPUT,
    recipe: str = RECIPE,
    organ: str = ORGANS,
    steps: int | None = STEPS,
    minutes: float | None = MINUTES,
    workers: int = WORKERS,
    device: str = DEVICE,
) -> None:
    """Train the autoencoder of the diffusion method on an atlas; train-diffusion goes on from its folder."""
    from atlas_lab.data import Atlas
    from atlas_lab.synthesis.diffusion import Recipe
    from atlas_lab.synthesis.diffusion import train_autoencoder as train

    with told_before_it_starts():
        organs, chosen = names(organ), Recipe.of(recipe)
        plan = planned(chosen.train_autoencoder, steps, minutes, device)
    with saying_how_to_go_on():
        trained = train(Atlas.open(atlas), folder=output, plan=plan, recipe=chosen, organs=organs, workers=workers)
    say(trained)


@contextlib.contextmanager
def told_before_it_starts() -> Iterator[None]:
    """A block that looks at options: what is wrong with them ends with status 2, as everywhere on the command line."""
    try:
        yield
    except InputError as error:
        raise ParameterError(str(error)) from None


def planned(training: "Training", steps: int | None, minutes: float | None, device: str) -> "Plan":
    """The recipe's plan with another budget, on a device. InputError: a device that is not here."""
    from atlas_lab.learning.training.devices import fabric_of

    plan = replace(training.planned(), accelerator=device)
    plan = plan if steps is None and minutes is None else replace(plan, steps=steps, minutes=minutes)
    fabric_of(plan)
    return plan


def names(organ: str) -> list[str]:
    """Names with commas between them. InputError: none, an unknown organ."""
    from atlas_lab.synthesis.organs import structures_of

    found = [name.strip() for name in organ.split(",") if name.strip()]
    if not found:
        raise InputError("--organ: give one or more, such as liver,pancreas")
    for name in found:
        structures_of(name)
    return found


@contextlib.contextmanager
def saying_how_to_go_on() -> Iterator[None]:
    """A block that ends with one line where the user stops it."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("atlas-lab: interrupted; the same command goes on where it was", err=True)
        raise typer.Exit(130) from None


def say(trained: "Trained") -> None:
    """Where the training is, and what it cost."""
    typer.echo(f"{trained.step:,} steps in {trained.seconds / 60:.1f} min: {os.path.relpath(trained.checkpoint)}")
