"""The change that a model makes in a patch: a tumour where the mask is."""

import contextlib
from collections.abc import Iterator

import numpy as np
import torch

from atlas_lab.learning.inference.opening import checked_device
from atlas_lab.learning.training.plan import best_precision
from atlas_lab.synthesis.diffusion.model import Model
from atlas_lab.synthesis.diffusion.sampling import sample

_PRECISION = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


def change(
    model: Model, image: np.ndarray, mask: np.ndarray, *, steps: int, rng: np.random.Generator, device: str = "cpu"
) -> np.ndarray:
    """Float32 (x, y, z), in the units of `image` (as `Grid.seen` has it): the decoded tumour less the decoded image itself.

    `mask` from 0 to 1. What the autoencoder cannot tell, blur, bias and the finest noise, is the same in both and
    cancels; added to the CT, the change replaces what it can tell, and leaves the CT's own grain.
    """
    ill, well = decoded(model, image, mask, steps=steps, rng=rng, device=device)
    return ill - well


@torch.no_grad()
def decoded(
    model: Model, image: np.ndarray, mask: np.ndarray, *, steps: int, rng: np.random.Generator, device: str = "cpu"
) -> tuple[np.ndarray, np.ndarray]:
    """The image with a tumour where `mask` is, and as it is, both as the autoencoder gives them back; all (x, y, z).

    InputError: a device that is not here.
    """
    where = checked_device(device)
    network = model.network.to(where)
    sides = [side // network.factor for side in image.shape]
    noise = rng.standard_normal((1, model.shapes[0].latent_channels, *sides), dtype=np.float32)
    given = (torch.from_numpy(np.ascontiguousarray(one)).to(where) for one in (image[None, None], mask[None, None], noise))
    with _steady(where):
        seen, hole, begun = given
        latents = sample(network, seen, hole, begun, timesteps=model.schedule.timesteps, steps=steps)
        both = network.decode(torch.cat([latents, network.encode(seen)]))
    ill, well = both.float().cpu().numpy()[:, 0]
    return ill, well


@contextlib.contextmanager
def _steady(device: torch.device) -> Iterator[None]:
    """In the precision that the hardware is fast in, and on one thread of a CPU: sums in another order are other bytes."""
    precision = _PRECISION.get(best_precision(device))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.autocast(device.type, precision, enabled=precision is not None):
            yield
    finally:
        torch.set_num_threads(before)
