"""From noise to latents, in a few steps or in many."""

from typing import Any

import torch

from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.diffusion.recipe import check_steps


def scheduler(timesteps: int) -> Any:
    """MONAI's DDIM on the published cosine schedule (Chen et al., CVPR 2024), for networks that answer with the latents.

    `clip_sample` is off: latents of unit standard deviation reach beyond [-1, 1].
    """
    from monai.networks.schedulers import DDIMScheduler

    return DDIMScheduler(timesteps, schedule="cosine", clip_sample=False, prediction_type="sample")


@torch.no_grad()
def sample(
    network: LatentDiffusion, images: torch.Tensor, mask: torch.Tensor, noise: torch.Tensor, *, timesteps: int, steps: int
) -> torch.Tensor:
    """Latents (B, C, x, y, z) of the images (B, 1, X, Y, Z) with a tumour where `mask` (0 to 1) is.

    DDIM (Song et al., ICLR 2021) from `noise`, of the latents' shape; nothing else is random. Its times end the schedule
    and lie evenly (199, 149, 99, 49 for 4 of 200): MONAI's own, which begin at 0, are not those that its step goes to.
    InputError: `steps` does not divide `timesteps`.
    """
    check_steps(steps, timesteps)
    schedule = scheduler(timesteps)
    schedule.set_timesteps(steps)
    around, holes = network.encode(images * (1 - mask)), network.holes(mask)
    latents = noise
    for time in range(timesteps - 1, -1, -(timesteps // steps)):
        seen = torch.cat([latents, around, holes], 1)
        made = network.average(seen, torch.full((len(noise),), time, device=noise.device))
        latents, _ = schedule.step(made.float(), time, latents)
    return latents
