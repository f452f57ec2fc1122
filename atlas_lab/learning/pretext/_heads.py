"""Heads on a backbone that several tasks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_HIDDEN = 256


class Restorer(nn.Module):
    """An image in, an image of the same shape out: one 1x1x1 convolution on the full-resolution features."""

    def __init__(self, backbone: Backbone, *, squash: bool = False) -> None:
        """`squash` puts a sigmoid behind it: answers in [0, 1]."""
        super().__init__()
        self.backbone = backbone
        self.head = nn.Conv3d(backbone.full_channels, 1, 1)
        self.squash = squash

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        answer = self.head(self.backbone.features(images).full).float()
        return answer.sigmoid() if self.squash else answer


class CubeReader(nn.Module):
    """Cubes in, a vector of logits out: one encoder for all cubes, their features side by side, two linear layers.

    Two, because one could only add up what each cube says alone; how cubes lie to one another is in none of them.
    """

    def __init__(self, backbone: Backbone, cubes: int, outputs: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(
            nn.Linear(cubes * backbone.bottleneck_channels, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, outputs)
        )

    def forward(self, cubes: torch.Tensor) -> torch.Tensor:
        """`cubes` is (B, N, 1, x, y, z), the answer (B, outputs)."""
        features = pooled(self.backbone, fitted(cubes.flatten(0, 1), self.backbone.divisor))
        return self.head(features.view(len(cubes), -1)).float()


def pooled(backbone: Backbone, images: torch.Tensor) -> torch.Tensor:
    """The mean of the bottleneck: (B, bottleneck_channels)."""
    return backbone.bottleneck(images).flatten(2).mean(2)


def fitted(images: torch.Tensor, divisor: int, least: int = 2) -> torch.Tensor:
    """Images a backbone takes: their border voxels repeated until each side is a multiple of `divisor`, `least` times it or more.

    Twice, because normalisation over a bottleneck of one voxel is undefined.
    """
    pad: list[int] = []
    for side in reversed(images.shape[2:]):
        missing = max(-(-side // divisor), least) * divisor - side
        pad += [missing // 2, missing - missing // 2]
    return functional.pad(images, pad, mode="replicate") if any(pad) else images
