"""Sums over the voxels of each class: all of a segmentation loss that is large.

Autograd would keep several float32 copies of the logits for them; written by hand, with their gradient, they keep none.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch.autograd.function import once_differentiable
from torch.nn import functional


class Sums(NamedTuple):
    """Each (B, C), float32 (float64 of float64 logits), 0 for a class that is not known.

    Of softplus(logit), of the logit inside the structure, of the probability inside it, of the probability, and how many
    voxels the structure has.
    """

    softplus: torch.Tensor
    inside: torch.Tensor
    overlap: torch.Tensor
    covered: torch.Tensor
    truth: torch.Tensor


def class_sums(logits: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> Sums:
    """The sums of logits (B, C, X, Y, Z) and a bool target of that shape, over classes known (bool (B, C))."""
    function = _ClassByClass if logits.device.type == "cpu" else _AtOnce
    return Sums(*function.apply(logits, target, known))


class _ClassByClass(torch.autograd.Function):
    """For CPUs: one class of a sample at a time stays in the cache, and of its structure only the voxels are touched."""

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, ...]:
        sums = np.zeros((5, *known.shape))
        places: dict[tuple[int, int], torch.Tensor] = {}
        for b, c in known.nonzero().tolist():
            x = _exact(logits[b, c]).flatten()
            place = places[b, c] = torch.from_numpy(np.flatnonzero(target[b, c].numpy()))
            inside = x[place]
            parts = (functional.softplus(x), inside, torch.sigmoid(inside), torch.sigmoid(x))
            sums[:, b, c] = (*(float(part.sum()) for part in parts), len(place))
        ctx.save_for_backward(logits)
        ctx.places = places
        return _given(ctx, torch.from_numpy(sums).to(_exact(logits[:0]).dtype))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, None, None]:
        (logits,) = ctx.saved_tensors
        result = torch.zeros_like(logits)
        softplus, inside, overlap, covered, _ = (grad.tolist() for grad in grads)
        for (b, c), place in ctx.places.items():
            p = torch.sigmoid(_exact(logits[b, c])).flatten()
            here, steep = p[place], covered[b][c]
            slope = (p * -steep).add_(softplus[b][c] + steep).mul_(p) if steep else p.mul_(softplus[b][c])
            slope[place] += inside[b][c] + overlap[b][c] * here * (1 - here)
            result[b, c] = slope.view(logits.shape[2:])
        return result, None, None


class _AtOnce(torch.autograd.Function):
    """For GPUs: a sample at a time, all its classes together."""

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ctx.save_for_backward(logits, target, known)
        samples = []
        for sample, mask in zip(logits, target, strict=True):
            x = _exact(sample)
            p = torch.sigmoid(x)
            parts = (functional.softplus(x), x * mask, p * mask, p, mask)
            samples.append(torch.stack([part.sum((1, 2, 3)).to(x.dtype) for part in parts]))
        return _given(ctx, torch.stack(samples, dim=1) * known)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, None, None]:
        logits, target, known = ctx.saved_tensors
        result = torch.empty_like(logits)
        for b, (sample, mask) in enumerate(zip(logits, target, strict=True)):
            softplus, inside, overlap, covered, _ = ((grad * known)[b, :, None, None, None] for grad in grads)
            p = torch.sigmoid(_exact(sample))
            steep = p * (1 - p)
            result[b] = softplus * p + covered * steep + mask * (inside + overlap * steep)
        return result, None, None


def _given(ctx: Any, sums: torch.Tensor) -> tuple[torch.Tensor, ...]:
    *learned, truth = sums
    ctx.mark_non_differentiable(truth)
    return (*learned, truth)


def _exact(values: torch.Tensor) -> torch.Tensor:
    """In float32, or float64 where they are: sums in half precision would not be any."""
    return values if values.dtype == torch.float64 else values.float()
