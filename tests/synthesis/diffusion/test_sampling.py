"""From noise to latents: MONAI's scheduler is asked for the times that its steps lead to."""

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.diffusion.sampling import sample, scheduler
from tests.synthesis.diffusion.tiny import RECIPE


class Oracle(torch.nn.Module):
    """Answers with the latents that are wanted; keeps what it was asked."""

    def __init__(self, wanted):
        super().__init__()
        self.wanted, self.seen = wanted, []

    def forward(self, given, times):
        self.seen.append((given[:, : self.wanted.shape[1]].clone(), int(times[0]), given.shape))
        return self.wanted


def asked(steps, timesteps=20):
    network = LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser)
    wanted = torch.randn(1, 2, 8, 8, 8, generator=torch.Generator().manual_seed(1))
    network.average = Oracle(wanted)
    image, mask = torch.zeros(1, 1, 16, 16, 16), torch.zeros(1, 1, 16, 16, 16)
    noise = torch.randn(1, 2, 8, 8, 8, generator=torch.Generator().manual_seed(2))
    made = sample(network, image, mask, noise, timesteps=timesteps, steps=steps)
    return made, wanted, noise, network.average.seen


@pytest.mark.parametrize("steps", [1, 2, 4, 20])
def test_a_network_that_knows_the_answer_is_believed(steps):
    made, wanted, _, seen = asked(steps)
    assert torch.allclose(made, wanted, atol=1e-5)
    assert len(seen) == steps
    assert seen[0][2] == (1, 5, 8, 8, 8)


@pytest.mark.parametrize("steps", [2, 4, 10])
def test_what_the_network_sees_has_the_noise_of_the_time_it_is_told(steps):
    _, wanted, noise, seen = asked(steps)
    kept = scheduler(20).alphas_cumprod
    assert seen[0][1] == 19
    for latents, time, _ in seen[1:]:
        expected = kept[time].sqrt() * wanted + (1 - kept[time]).sqrt() * noise
        assert torch.allclose(latents, expected, atol=0.02)  # the first noise is not quite all that is left


def test_latents_beyond_one_are_not_clipped():
    made, wanted, _, _ = asked(4)
    assert wanted.abs().max() > 2.5
    assert torch.allclose(made, wanted, atol=1e-5)


def test_steps_that_do_not_divide_the_schedule_are_refused():
    with pytest.raises(InputError, match="steps=3: give a whole number that divides the schedule's 20"):
        asked(3)


def test_a_small_tumour_has_its_share_of_a_latent():
    network = LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser)
    mask = torch.zeros(1, 1, 4, 4, 4)
    mask[..., 0, 0, 0] = 1
    holes = network.holes(mask)
    assert holes.shape == (1, 1, 2, 2, 2)
    assert holes[0, 0, 0, 0, 0] == pytest.approx(2 / 8 - 1)
    assert holes.min() == -1
