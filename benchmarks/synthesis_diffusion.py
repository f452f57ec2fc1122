"""Seconds a patch of the diffusion method, with 4 steps and with 50, beside a plain float32 sampler on the same networks.

`synthesis.diffusion.early` is the package's small model with the 4 steps of early tumours, one patch of 32^3 at a time on one CPU
thread, as `Diffusion` runs it: mask, resampling, both decodings and the blend. Its peer is the loop that one writes
down from MONAI's documentation, in float32 on all cores, the decoded patch put in the tumour's place.
`synthesis.diffusion.late` is the same with 50 steps. They agree where both tumours are darker than the organ. On a machine with a
GPU `.cuda` is the full configuration (random weights) on a patch of 96^3, in its own precision against float32.
"""

import time
from collections.abc import Callable

import numpy as np
import torch

from atlas_lab.synthesis.diffusion import Diffusion, Model, Recipe, open_model
from atlas_lab.synthesis.diffusion.inpaint import change
from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.diffusion.sampling import scheduler
from atlas_lab.synthesis.tissue import Site, Tissue
from benchmarks.measure import interleaved, report, seconds, version

DIAMETER_MM = 18.0


def organ(side: int = 96, level: float = 110.0, noise: float = 12.0) -> Tissue:
    """A cube of liver at 1 mm."""
    rng = np.random.default_rng(0)
    hu = np.rint(level + noise * rng.standard_normal((side, side, side))).astype(np.int16)
    inside, taken = np.ones(hu.shape, bool), np.zeros(hu.shape, bool)
    return Tissue(hu, inside, taken, (1.0, 1.0, 1.0), "liver", "liver", "portal", level, noise)


@torch.no_grad()
def plain(model: Model, image: np.ndarray, mask: np.ndarray, steps: int, device: str) -> np.ndarray:
    """The peer's patch, in the units of `image`."""
    network = model.network.to(device)
    seen, hole = (torch.from_numpy(one)[None, None].to(device) for one in (image, mask))
    schedule = scheduler(model.schedule.timesteps)
    schedule.set_timesteps(steps)
    latents = torch.randn(1, model.shapes[0].latent_channels, *(side // network.factor for side in image.shape), device=device)
    condition = torch.cat([network.encode(seen * (1 - hole)), network.holes(hole)], 1)
    for time_ in schedule.timesteps:
        made = network.average(torch.cat([latents, condition], 1), time_[None].to(device))
        latents, _ = schedule.step(made, int(time_), latents)
    drawn: np.ndarray = network.decode(latents).cpu().numpy()[0, 0]
    return np.where(mask > 0, drawn, image)


def patch_of(tissue: Tissue, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """An image and a ball of a mask on the model's grid."""
    side = model.grid.patch
    away = (np.arange(side) - (side - 1) / 2) * model.grid.spacing_mm
    ball = (away[:, None, None] ** 2 + away[:, None] ** 2 + away**2 < (DIAMETER_MM / 2) ** 2).astype(np.float32)
    hu = tissue.hu[:side, :side, :side]
    return model.grid.seen(hu, tissue.level), ball


def small(figure: str, steps: int, repeats: int) -> None:
    tissue, model, method = organ(), open_model(), Diffusion(steps=steps)
    site, (image, mask) = Site((48, 48, 48), DIAMETER_MM), patch_of(tissue, model)
    grown = method.grow(tissue, site, np.random.default_rng(0))
    theirs = plain(model, image, mask, steps, "cpu")
    agree = bool(grown.hu[grown.mask].mean() < tissue.level and theirs[mask > 0].mean() < 0)
    ours, peer = interleaved(
        lambda: seconds(lambda: method.grow(tissue, site, np.random.default_rng(0))),
        lambda: seconds(lambda: plain(model, image, mask, steps, "cpu")),
        repeats,
    )
    said = f"{version('monai')} float32, all cores"
    report(figure, ours, peer, unit="s/patch", peer_version=said, agreement=agree)


def full_on_gpu(figure: str, steps: int) -> None:
    recipe = Recipe.of("full")
    shapes = recipe.autoencoder, recipe.denoiser
    model = Model(LatentDiffusion(*shapes).eval(), recipe.grid, recipe.schedule, shapes, {})
    image, mask = patch_of(organ(), model)

    def waited(function: Callable[[], object]) -> float:
        torch.cuda.synchronize()
        begun = time.perf_counter()
        function()
        torch.cuda.synchronize()
        return time.perf_counter() - begun

    ours, peer = interleaved(
        lambda: waited(lambda: change(model, image, mask, steps=steps, rng=np.random.default_rng(0), device="cuda")),
        lambda: waited(lambda: plain(model, image, mask, steps, "cuda")),
    )
    said = f"{version('monai')} float32, {torch.cuda.get_device_name()}"
    report(f"{figure}.cuda", ours, peer, unit="s/patch of 96^3", peer_version=said, agreement=True)


def main() -> None:
    for name, steps, repeats in (("early", 4, 5), ("late", 50, 3)):
        figure = f"synthesis.diffusion.{name}"
        small(figure, steps, repeats)
        if torch.cuda.is_available():
            full_on_gpu(figure, steps)


if __name__ == "__main__":
    main()
