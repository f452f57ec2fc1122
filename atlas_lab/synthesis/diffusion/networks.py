"""The two networks in plain numbers: MONAI's 3-D autoencoder, and a U-Net that fills a hole in its latents."""

import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

EMA_DECAY = 0.995  # DiffTumor (Chen et al., CVPR 2024)


@dataclass(frozen=True)
class AutoencoderShape:
    """MONAI's `AutoencoderKL` without attention: channels by level (each halves the sides), residual blocks a level."""

    channels: tuple[int, ...] = (16, 32)
    blocks: int = 1
    latent_channels: int = 4
    groups: int = 8

    @property
    def factor(self) -> int:
        """Voxels along a side of one latent."""
        return int(2 ** (len(self.channels) - 1))

    def build(self) -> nn.Module:
        from monai.networks.nets import AutoencoderKL

        return AutoencoderKL(
            3, 1, 1, num_res_blocks=self.blocks, channels=self.channels, attention_levels=[False] * len(self.channels),
            latent_channels=self.latent_channels, norm_num_groups=self.groups,
            with_encoder_nonlocal_attn=False, with_decoder_nonlocal_attn=False,
        )  # fmt: skip


@dataclass(frozen=True)
class DenoiserShape:
    """MONAI's `DiffusionModelUNet`: channels by level, residual blocks a level, on which of them it attends."""

    channels: tuple[int, ...] = (32, 48, 56)
    blocks: int = 1
    attention: tuple[bool, ...] = (False, False, False)
    groups: int = 8

    @property
    def divisor(self) -> int:
        """What the sides of its latents must be multiples of."""
        return int(2 ** (len(self.channels) - 1))

    def build(self, latent_channels: int) -> nn.Module:
        """In: noisy latent, latent of the masked image, mask; out: a latent."""
        from monai.networks.nets import DiffusionModelUNet

        return DiffusionModelUNet(
            3, 2 * latent_channels + 1, latent_channels, num_res_blocks=self.blocks, channels=self.channels,
            attention_levels=self.attention, norm_num_groups=self.groups,
        )  # fmt: skip


class LatentDiffusion(nn.Module):
    """Both networks in one, so that one checkpoint is all that a tumour needs.

    The autoencoder is frozen. `average` follows the weights of `denoiser` (an exponential moving average) and is what
    samples. `scale` is 1 / std of the latents: it gives the noise of the schedule latents of unit size to drown. A MONAI
    scheduler would clip them to [-1, 1] by default, which is not done here.
    """

    scale: torch.Tensor

    def __init__(self, autoencoder: AutoencoderShape, denoiser: DenoiserShape, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.autoencoder: Any = autoencoder.build().requires_grad_(False)
            self.denoiser: Any = denoiser.build(autoencoder.latent_channels)
        self.average: Any = copy.deepcopy(self.denoiser).requires_grad_(False)
        self.factor = autoencoder.factor
        self.register_buffer("scale", torch.ones(()))

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Images (B, 1, X, Y, Z), 0 at the organ's level → latents (B, C, x, y, z) of unit standard deviation."""
        mean, _ = self.autoencoder.encode(images)
        return mean * self.scale

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents → images."""
        images: torch.Tensor = self.autoencoder.decode(latents / self.scale)
        return images

    def holes(self, mask: torch.Tensor) -> torch.Tensor:
        """A mask from 0 to 1 (B, 1, X, Y, Z) → its share of each latent, from -1 to 1.

        A share, where the original takes the nearest voxel: a small tumour is only a few latents wide.
        """
        return 2 * functional.avg_pool3d(mask, self.factor) - 1

    def forward(
        self, images: torch.Tensor, mask: torch.Tensor, noise: torch.Tensor, kept: torch.Tensor, times: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What the denoiser makes of noisy latents, and the latents themselves; for training.

        `kept` (B,) is the share of the latents' variance that the noise has left at `times`.
        """
        with torch.no_grad():
            both = self.encode(torch.cat([images, images * (1 - mask)]))
            latents, around = both.float().chunk(2)
            left = kept.view(-1, 1, 1, 1, 1)
            noisy = left.sqrt() * latents + (1 - left).sqrt() * noise
        made = self.denoiser(torch.cat([noisy, around, self.holes(mask)], 1), times)
        return made, latents

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Move the average towards the weights, faster at first."""
        decay = min(EMA_DECAY, (1 + step) / (10 + step))
        for mean, value in zip(self.average.parameters(), self.denoiser.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)
