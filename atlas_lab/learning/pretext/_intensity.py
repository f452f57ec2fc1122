"""Grey values through random Bézier curves."""

import torch

from atlas_lab.learning.pretext._random import chance, uniform

_POINTS = 1000  # of a curve; between them it is straight


def bezier(batch: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Cubic Bézier curves from (0, 0) to (1, 1), two control points drawn in the unit square: x and y, (B, points) each."""
    t = torch.linspace(0, 1, _POINTS, device=generator.device)
    ends = torch.tensor([0.0, 1.0], device=generator.device).expand(batch, 2, 2)
    inner = uniform((batch, 2, 2), generator)  # sample, control point, coordinate
    places = torch.stack([ends[..., 0], inner[:, 0], inner[:, 1], ends[..., 1]], dim=1)
    weights = torch.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    x, y = torch.einsum("bkc,kp->cbp", places, weights).unbind(0)
    return x, y


def through_curves(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Each image (B, 1, X, Y, Z) in [0, 1] through a curve of its own, into [0, 1].

    Half of the curves rise: x and y are both sorted. Of the others x alone is, and y runs from 1 to 0: bright turns
    dark, perhaps with a wave in between (Models Genesis, Zhou et al., MICCAI 2019).
    """
    x, y = bezier(len(images), generator)
    rises = chance(len(images), 0.5, generator).view(-1, 1)
    x, y = x.sort(dim=1).values, torch.where(rises, y.sort(dim=1).values, y.flip(1))
    values = images.flatten(1).contiguous()
    right = torch.searchsorted(x.contiguous(), values).clamp(1, _POINTS - 1)
    x0, x1, y0, y1 = x.gather(1, right - 1), x.gather(1, right), y.gather(1, right - 1), y.gather(1, right)
    share = ((values - x0) / (x1 - x0).clamp(min=1e-12)).clamp(0, 1)
    return torch.lerp(y0, y1, share).view_as(images)
