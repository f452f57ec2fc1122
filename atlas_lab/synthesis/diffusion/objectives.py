"""Both networks as objectives of the one trainer."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import torch
from torch import nn

from atlas_lab.learning.patches import PreparedCases
from atlas_lab.learning.training import Objective
from atlas_lab.synthesis.diffusion.crops import Place, batches
from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.diffusion.networks import AutoencoderShape, DenoiserShape, LatentDiffusion
from atlas_lab.synthesis.diffusion.recipe import Schedule, plain
from atlas_lab.synthesis.diffusion.sampling import scheduler

KL_WEIGHT = 1e-6  # latents stay free, but for their size (Rombach et al., CVPR 2022)
_AROUND = 0.2  # what lies outside the mask is given to the network, and never pasted
_MEASURED = 16  # batches that say how large latents are


class _OnCrops(Objective):
    """What both have in common. Nothing validates them: the loss of one batch says too little to choose a checkpoint by."""

    def __init__(
        self, cases: PreparedCases, places: Sequence[Place], grid: Grid, *, batch_size: int, workers: int, seed: int,
        organs: Sequence[str], start: dict[str, Any],
    ) -> None:  # fmt: skip
        self._cases, self._places, self._grid, self._start = cases, list(places), grid, start
        self._options: dict[str, Any] = {"batch_size": batch_size, "workers": workers, "seed": seed}
        self._organs = list(organs)

    @property
    def _common(self) -> dict[str, Any]:
        return {
            "grid": plain(self._grid), "organs": self._organs, "cases": sorted(self._cases.ids), "start": self._start,
            "batch_size": self._options["batch_size"], "seed": self._options["seed"],
            "tumours": sum(place.centre is not None for place in self._places),
        }  # fmt: skip

    def batches(self, start: int, rank: int, ranks: int) -> Iterable[Any]:
        """Crops without end."""
        return batches(self._cases, self._places, self._grid, start=start, rank=rank, **self._options)


class LearnLatents(_OnCrops):
    """The autoencoder gives back what it sees: L1, and a little KL."""

    def __init__(self, network: nn.Module, shape: AutoencoderShape, *of_crops: Any, **options: Any) -> None:
        super().__init__(*of_crops, **options)
        self.network, self._shape = network, shape

    @property
    def about(self) -> dict[str, Any]:
        """What a checkpoint says of the weights."""
        return {"kind": "autoencoder", "autoencoder": plain(self._shape), **self._common}

    def loss(self, network: nn.Module, batch: Any, generator: torch.Generator) -> dict[str, torch.Tensor]:
        """Both parts."""
        image = batch["image"]
        back, mean, sigma = network(image)
        kl = 0.5 * (mean.square() + sigma.square() - 2 * sigma.log() - 1).sum((1, 2, 3, 4)).mean() / image[0].numel()
        return {"l1": (back - image).abs().mean(), "kl": KL_WEIGHT * kl}


class LearnTumours(_OnCrops):
    """The denoiser gives back the latents of a crop of which it sees all but the tumours, and those under noise.

    It answers with the latents themselves, not the noise (the original's choice): at the schedule's end, where a sampler of four
    steps begins, nothing of the latents is left, and what noise was added says nothing of them; and a short training has
    learned the surroundings, which it is given, after some hundred steps. Mean squares, within the mask five times as heavy.
    """

    def __init__(
        self, network: LatentDiffusion, shapes: tuple[AutoencoderShape, DenoiserShape], schedule: Schedule, *of_crops: Any,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*of_crops, **options)
        self.network: nn.Module = network
        self._whole, self._shapes, self._schedule = network, shapes, schedule
        self._kept = scheduler(schedule.timesteps).alphas_cumprod

    @property
    def about(self) -> dict[str, Any]:
        """What a checkpoint says of the weights."""
        return {
            "kind": "diffusion", "autoencoder": plain(self._shapes[0]), "denoiser": plain(self._shapes[1]),
            "schedule": plain(self._schedule), **self._common,
        }  # fmt: skip

    def measure_latents(self) -> None:
        """Set the network's scale to 1 / std of the latents of the first crops."""
        self._whole.scale.fill_(1)
        with torch.no_grad():
            first = islice(iter(self.batches(0, 0, 1)), _MEASURED)
            values = torch.cat([self._whole.encode(batch["image"]).flatten() for batch in first])
        self._whole.scale.copy_(1 / values.std())

    def loss(self, network: nn.Module, batch: Any, generator: torch.Generator) -> dict[str, torch.Tensor]:
        """The error inside the mask and around it."""
        image, mask = batch["image"], batch["mask"]
        times = torch.randint(self._schedule.timesteps, (len(image),), generator=generator)
        sides = [side // self._whole.factor for side in image.shape[2:]]
        noise = torch.randn((len(image), self._shapes[0].latent_channels, *sides), generator=generator)
        kept = self._kept[times]
        given = [value.to(image.device) for value in (noise, kept, times)]
        made, latents = network(image, mask, *given)
        inside = (self._whole.holes(mask) > -1).expand_as(latents)
        error = (made - latents).square()
        return {
            "tumour": (error * inside).sum() / inside.sum().clamp(min=1),
            "around": _AROUND * (error * ~inside).sum() / (~inside).sum().clamp(min=1),
        }

    def after_step(self, network: nn.Module, step: int) -> None:
        """The average follows."""
        self._whole.follow(step)
