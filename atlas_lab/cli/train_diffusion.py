"""`atlas-lab train-diffusion`: the model that makes tumours by diffusion, from an atlas's own tumours."""

from pathlib import Path

import typer

from atlas_lab.cli.train_autoencoder import (
    DEVICE,
    MINUTES,
    ORGANS,
    OUTPUT,
    RECIPE,
    STEPS,
    WORKERS,
    names,
    planned,
    say,
    saying_how_to_go_on,
    told_before_it_starts,
)
from atlas_lab.errors import ParameterError


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command("train-diffusion")(train_diffusion)


def train_diffusion(
    atlas: Path = typer.Argument(metavar="ATLAS", help="A folder of cases with masks of these organs and their tumours."),
    output: Path = OUTPUT,
    autoencoder: str | None = typer.Option(None, help="The folder of train-autoencoder."),
    init_from: str | None = typer.Option(
        None, "--init-from", help="In its place: a model to go on from, or small (the package's)."
    ),
    recipe: str = RECIPE,
    organ: str = ORGANS,
    largest_mm: float = typer.Option(
        float("inf"), "--largest-mm", min=1, help="Learn from tumours below this diameter (20: early ones)."
    ),
    steps: int | None = STEPS,
    minutes: float | None = MINUTES,
    workers: int = WORKERS,
    device: str = DEVICE,
) -> None:
    """Train the diffusion model on an atlas's tumours; synthesize then makes new ones with --model FOLDER."""
    from atlas_lab.data import Atlas
    from atlas_lab.synthesis.diffusion import Recipe
    from atlas_lab.synthesis.diffusion import train_diffusion as train

    if (autoencoder is None) == (init_from is None):
        raise ParameterError(
            "give one of the two: --autoencoder, a folder of train-autoencoder, or --init-from, a model to go on from"
        )
    with told_before_it_starts():
        organs, chosen = names(organ), Recipe.of(recipe)
        plan = planned(chosen.train_diffusion, steps, minutes, device)
    with saying_how_to_go_on():
        trained = train(
            Atlas.open(atlas), autoencoder, folder=output, plan=plan, recipe=chosen, organs=organs,
            diameter_mm=(0.0, largest_mm), init_from=init_from, workers=workers,
        )  # fmt: skip
    say(trained)
