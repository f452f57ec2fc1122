"""`train_autoencoder` and `train_diffusion`: from an atlas with organ and tumour masks to a folder that makes tumours."""

import copy
import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.given import Cases
from atlas_lab.learning.training import Plan, Trained, train
from atlas_lab.learning.training.folder import check_folder
from atlas_lab.learning.training.plan import checked
from atlas_lab.synthesis.diffusion.crops import organs_in, prepared, tumours_in
from atlas_lab.synthesis.diffusion.model import open_autoencoder, open_model
from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.diffusion.objectives import LearnLatents, LearnTumours
from atlas_lab.synthesis.diffusion.recipe import Recipe
from atlas_lab.synthesis.organs import PUBLISHED, tumor_of

Start = str | PathLike[str] | Trained


def train_autoencoder(
    atlas: Cases,
    *,
    folder: str | PathLike[str],
    plan: Plan | None = None,
    recipe: str | PathLike[str] | Recipe = "small",
    organs: Sequence[str] = PUBLISHED,
    cases: Sequence[str] | None = None,
    workers: int = 0,
    resume: bool = True,
) -> Trained:
    """Train the autoencoder on crops of organs (and their tumours, where annotated), of `cases` (ids; None: all).

    `recipe` is small (what is in the package was made with), full, or a YAML file; it holds the grid, the networks and a plan,
    which `plan` replaces. A stopped training in `folder` goes on. InputError: an organ that no case has a mask of, a folder that
    holds something else; see `learning.pretrain`.
    """
    check_folder(folder)
    chosen = Recipe.of(recipe)
    plan = checked(plan or chosen.train_autoencoder.planned())
    ready = prepared(atlas, organs, cases, chosen.grid.spacing_mm, workers)
    there = organs_in(ready, organs)
    tumours = tumours_in(ready, there, (0, math.inf))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(plan.seed)
        network = chosen.autoencoder.build()
    objective = LearnLatents(
        network, chosen.autoencoder, ready, [*there, *tumours], chosen.grid, organs=organs, workers=workers, seed=plan.seed,
        batch_size=chosen.train_autoencoder.batch_size, start={"from": "scratch"},
    )  # fmt: skip
    return train(objective, plan, Path(folder), resume=resume)


def train_diffusion(
    atlas: Cases,
    autoencoder: Start | None = None,
    *,
    folder: str | PathLike[str],
    plan: Plan | None = None,
    recipe: str | PathLike[str] | Recipe = "small",
    organs: Sequence[str] = PUBLISHED,
    diameter_mm: tuple[float, float] = (0.0, math.inf),
    init_from: Start | None = None,
    cases: Sequence[str] | None = None,
    workers: int = 0,
    resume: bool = True,
) -> Trained:
    """Train the diffusion model on the atlas's own tumours; `Diffusion(model=folder)` makes new ones like them.

    Give the `autoencoder` (what `train_autoencoder` returned, or its folder), or `init_from`, a model to go on from with its
    autoencoder, grid and networks: a folder, a checkpoint, or "small", that of the package. `organs` whose tumours of
    `diameter_mm` teach; what is learned in one organ is used in others too. The rest as in `train_autoencoder`.
    InputError: neither or both of the two, an autoencoder of another recipe, an atlas without such a tumour, a range of
    diameters that holds none.
    """
    check_folder(folder)
    _check_diameters(diameter_mm)
    chosen = Recipe.of(recipe)
    plan = checked(plan or chosen.train_diffusion.planned())
    grid, schedule, shapes = chosen.grid, chosen.schedule, (chosen.autoencoder, chosen.denoiser)
    if (autoencoder is None) == (init_from is None):
        raise InputError(
            "give one of the two: autoencoder= (a folder of train_autoencoder) or init_from= (a model to go on from)"
        )
    if init_from is not None:
        model = open_model(init_from)
        grid, schedule, shapes, start = model.grid, model.schedule, model.shapes, model.origin
        network = copy.deepcopy(model.network)  # others may have opened it too
    else:
        assert autoencoder is not None
        weights, start = open_autoencoder(autoencoder, chosen)
        network = LatentDiffusion(*shapes, seed=plan.seed)
        network.autoencoder.load_state_dict(weights)
    ready = prepared(atlas, organs, cases, grid.spacing_mm, workers)
    tumours = tumours_in(ready, organs_in(ready, organs), diameter_mm)
    if not tumours:
        masks = ", ".join(dict.fromkeys(tumor_of(organ) for organ in organs))
        raise InputError(f"the atlas has no tumour to learn from ({masks}, {diameter_mm[0]:g} to {diameter_mm[1]:g} mm)")
    objective = LearnTumours(
        network, shapes, schedule, ready, tumours, grid, organs=organs, workers=workers, seed=plan.seed,
        batch_size=chosen.train_diffusion.batch_size, start=start,
    )  # fmt: skip
    if init_from is None:
        objective.measure_latents()
    return train(objective, plan, Path(folder), resume=resume)


def _check_diameters(diameter_mm: tuple[float, float]) -> None:
    """InputError: no range of mm from 0 on."""
    least, largest = diameter_mm
    if not 0 <= least < largest:
        raise InputError(f"diameter_mm=({least:g}, {largest:g}): give the least and the largest in mm, such as (0, 20)")
