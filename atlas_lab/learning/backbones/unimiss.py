"""UniMiSS's pyramid transformer, which takes volumes and slices, written from its description; its decoder is ours."""

from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones.base import Backbone, Features
from atlas_lab.learning.backbones.entry import Entry
from atlas_lab.learning.backbones.unimiss_stage import Stage

_STEM, _WIDTHS, _HEADS, _REDUCTIONS = 32, (48, 128, 256, 512), (1, 2, 4, 8), (6, 4, 2, 1)
_REACH = 96  # voxels a side for which positions are learned, as in its pre-training; others are interpolated
_FULL = 16


class UniMiss(Backbone):
    """A convolutional stem, then four stages of attention at 1/4, 1/8, 1/16 and 1/32 of the side.

    Each stage begins with a convolution that halves the side, one for volumes and one for slices (the switchable patch
    embedding of Xie et al., ECCV 2022); everything behind it is shared. Volumes do not pass the embeddings of slices, whose
    parameters learn from `slice_features` alone. Keys and values are means over 6, 4, 2 and 1 tokens a side. Known are the
    widths, depths, heads and these reductions; ours are how keys are reduced, positions learned axis by axis, strides that
    are alike along all axes (the published input was 16x96x96) and the decoder: upsampled, added to the skip, convolved.
    """

    def __init__(self, classes: int, channels: int, *, depths: tuple[int, ...]) -> None:
        super().__init__(
            _Pyramid(channels, depths),
            nn.Conv3d(_FULL, classes, 1),
            classes=classes,
            channels=channels,
            bottleneck_channels=_WIDTHS[-1],
            full_channels=_FULL,
            divisor=32,
            encoder=("volumes", "slices", "stages"),
            one_voxel_bottleneck=True,
        )

    def slice_features(self, slices: torch.Tensor) -> torch.Tensor:
        """The bottleneck (B, bottleneck_channels, X/32, Y/32) of axial slices (B, channels, X, Y). InputError: a wrong shape."""
        if slices.ndim != 4 or slices.shape[1] != self.channels:
            raise InputError(f"{self.name} takes slices (B, {self.channels}, X, Y), not of shape {tuple(slices.shape)}")
        if any(side % self.divisor for side in slices.shape[2:]):
            raise InputError(f"{self.name} takes sides that are multiples of {self.divisor}, not {tuple(slices.shape[2:])}")
        return self.net.down(slices, self.net.slices)[-1]

    def _features(self, images: torch.Tensor) -> Features:
        *skips, bottleneck = self.net.down(images, self.net.volumes)
        return Features(bottleneck, self.net.up(bottleneck, skips))

    def _bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        return self.net.down(images, self.net.volumes)[-1]


class _Pyramid(nn.Module):
    def __init__(self, channels: int, depths: tuple[int, ...]) -> None:
        super().__init__()
        widths = (_STEM, *_WIDTHS)
        self.volumes = _embeddings(nn.Conv3d, nn.InstanceNorm3d, channels)
        self.slices = _embeddings(nn.Conv2d, nn.InstanceNorm2d, channels)
        reach = [_REACH >> level for level in range(2, 6)]
        self.stages = nn.ModuleList(map(Stage, _WIDTHS, depths, _HEADS, _REDUCTIONS, reach))
        self.decoder = nn.ModuleList(_Up(*pair) for pair in pairwise((*reversed(widths), _FULL)))

    def down(self, images: torch.Tensor, embeddings: nn.ModuleList) -> list[torch.Tensor]:
        """What the stem and each stage give, the bottleneck last."""
        levels = [embeddings[0](images)]
        for embedding, stage in zip(embeddings[1:], self.stages, strict=True):
            levels.append(stage(embedding(levels[-1])))
        return levels

    def up(self, x: torch.Tensor, skips: list[torch.Tensor]) -> torch.Tensor:
        """Full-resolution features from the bottleneck and what the levels above it gave."""
        for step, skip in zip(self.decoder, [*reversed(skips), None], strict=True):
            x = step(x, skip)
        return x


def _embeddings(convolution: Any, norm: Any, channels: int) -> nn.ModuleList:
    stem = nn.Sequential(convolution(channels, _STEM, 7, stride=2, padding=3), norm(_STEM, affine=True), nn.LeakyReLU(0.01))
    widths = (_STEM, *_WIDTHS)
    return nn.ModuleList([stem, *(convolution(one, other, 3, stride=2, padding=1) for one, other in pairwise(widths))])


class _Up(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.larger = nn.ConvTranspose3d(inputs, outputs, 2, stride=2)
        self.convolution = nn.Conv3d(outputs, outputs, 3, padding=1)
        self.norm = nn.InstanceNorm3d(outputs, affine=True)

    def forward(self, x: torch.Tensor, skip: torch.Tensor | None) -> torch.Tensor:
        x = self.larger(x)
        return functional.leaky_relu(self.norm(self.convolution(x if skip is None else x + skip)), 0.01, inplace=True)


_SMALL = {"depths": (2, 3, 4, 3)}
ENTRY = Entry(
    UniMiss,
    {"tiny": {"depths": (1, 1, 1, 1)}, "small": _SMALL, "published": _SMALL},
    paper="Xie et al., UniMiSS, ECCV",
    year=2022,
    licence="Apache-2.0 (ours)",
    note="published is small; decoder and other details are ours",
)
