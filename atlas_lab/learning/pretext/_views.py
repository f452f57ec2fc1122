"""Random views of a patch for a student and a teacher: another detail, mirrored, blurred, at other grey values."""

import torch
from torch.nn import functional

from atlas_lab.learning.pretext._random import chance, normal, uniform

_SMALLEST_CROP = 0.6  # of the patch's side
_NOISE, _BRIGHTNESS, _SHIFT, _CONTRAST, _GAMMA = 0.1, (0.75, 1.25), 0.4, (0.75, 1.25), (0.7, 1.5)
_BLUR, _BLUR_CHANCE, _REACH = (0.1, 2.0), 0.8, 6  # standard deviation and reach in voxels


def random_view(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Images (B, 1, X, Y, Z) in [0, 1] → a view of each of the same shape: cropped and resized, mirrored, then `regreyed`."""
    return regreyed(_cropped(images, generator), generator)


def _cropped(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A box with sides of 60 to 100 % of the patch's, the same share along all axes, resized to the patch, mirrored at random."""
    batch = len(images)
    share = uniform((batch, 1), generator, _SMALLEST_CROP)
    sign = torch.where(uniform((batch, 3), generator) < 0.5, -1.0, 1.0)
    middle = uniform((batch, 3), generator, -1, 1) * (1 - share)
    transform = torch.cat([torch.diag_embed(share * sign), middle[..., None]], dim=2)
    grid = functional.affine_grid(transform, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid.to(images.dtype), padding_mode="border", align_corners=False)


def regreyed(views: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Gamma, contrast, brightness, shift, blur, noise, with the ranges of UniMiSS (Xie et al., ECCV 2022).

    The blur comes with probability 0.8, each of the others with 0.5 (ours; the ranges are known, these are not).
    """
    batch, each = len(views), (len(views), 1, 1, 1, 1)

    def sometimes(changed: torch.Tensor, share: float = 0.5) -> torch.Tensor:
        return torch.where(chance(batch, share, generator), changed, views)

    views = sometimes(views.clamp(0, 1) ** uniform(each, generator, *_GAMMA))
    mean = views.mean((2, 3, 4), keepdim=True)
    views = sometimes((views - mean) * uniform(each, generator, *_CONTRAST) + mean)
    views = sometimes(views * uniform(each, generator, *_BRIGHTNESS))
    views = sometimes(views + normal(each, generator, _SHIFT))
    views = sometimes(_blurred(views, uniform((batch, 1), generator, *_BLUR)), _BLUR_CHANCE)
    return sometimes(views + normal(views.shape, generator, _NOISE))


def _blurred(views: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """A Gaussian along each axis, with each sample's own standard deviation (B, 1) in voxels."""
    offsets = torch.arange(-_REACH, _REACH + 1, device=views.device)
    kernel = torch.softmax(-((offsets / deviation) ** 2) / 2, dim=1)
    blurred = views.transpose(0, 1)
    for axis in range(3):
        pad = [0, 0, 0, 0, 0, 0]
        pad[4 - 2 * axis] = pad[5 - 2 * axis] = _REACH
        shape = [1, 1, 1]
        shape[axis] = len(offsets)
        weight = kernel.view(len(views), 1, *shape)
        blurred = functional.conv3d(functional.pad(blurred, pad, mode="replicate"), weight, groups=len(views))
    return blurred.transpose(0, 1)
