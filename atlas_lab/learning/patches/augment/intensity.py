"""Changing grey values in [0, 1], with MONAI's meanings; results are not cut back to [0, 1], as in the recipes."""

import torch
from torch.nn import functional

from atlas_lab.learning.patches.augment.draws import Draws
from atlas_lab.learning.patches.augment.presets import Preset


def windowed(hu: torch.Tensor, window: tuple[float, float]) -> torch.Tensor:
    """Whole HU as float32, the window's ends (lowest, highest) 0 and 1, cut there."""
    low, high = window
    return hu.to(torch.float32).sub_(low).div_(high - low).clamp_(0, 1)


def change_grey(image: torch.Tensor, preset: Preset, draws: Draws) -> None:
    """Noise, scale, shift, low resolution, gamma, in nnU-Net's order; `image` (B, 1, X, Y, Z) is changed in place."""
    rows = draws.happens(preset.noise)
    if rows:
        deviation, generator = draws.uniform(0, preset.noise_std), draws.on(image.device)
        for row in rows:
            noise = torch.randn(image.shape[1:], generator=generator, device=image.device, dtype=image.dtype)
            image[row].add_(noise, alpha=float(deviation[row]))
    rows = draws.happens(preset.scale)
    if rows:
        factor = draws.uniform(-preset.scale_factor, preset.scale_factor)
        for row in rows:
            image[row].mul_(1 + float(factor[row]))
    rows = draws.happens(preset.shift)
    if rows:
        offset = draws.uniform(-preset.shift_offset, preset.shift_offset)
        for row in rows:
            image[row].add_(float(offset[row]))
    rows = draws.happens(preset.low_resolution)
    if rows:
        factor = draws.uniform(*preset.resolution_range)
        for row in rows:
            image[row] = coarse(image[row], float(factor[row]))
    rows = draws.happens(preset.gamma)
    if rows:
        power = draws.uniform(*preset.gamma_range)
        for row in rows:
            image[row] = bent(image[row], float(power[row]))


def coarse(image: torch.Tensor, factor: float) -> torch.Tensor:
    """(1, X, Y, Z) sampled down by `factor` to the nearest voxels, and back linearly (RandSimulateLowResolution).

    "nearest-exact", not MONAI's default "nearest", which shifts the image by up to half a voxel against its labels.
    """
    small = [max(1, round(side * factor)) for side in image.shape[1:]]
    down = functional.interpolate(image[None], size=small, mode="nearest-exact")
    return functional.interpolate(down, size=image.shape[1:], mode="trilinear", align_corners=False)[0]


def bent(image: torch.Tensor, power: float) -> torch.Tensor:
    """The values between the darkest and the brightest raised to a power (RandAdjustContrast)."""
    low, high = image.aminmax()
    span = (high - low).clamp_min(1e-7)
    return ((image - low) / span).pow_(power) * span + low
