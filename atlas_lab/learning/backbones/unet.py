"""The U-Net of Models Genesis and SuPreM, written from its description so that their published weights fit."""

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.learning.backbones.base import Backbone, Features
from atlas_lab.learning.backbones.entry import Entry

_LEVELS = ("down_tr64", "down_tr128", "down_tr256", "down_tr512")  # the original's names, whatever the width
_UPS = ("up_tr256", "up_tr128", "up_tr64")


class UNet(Backbone):
    """Four levels of two 3x3x3 convolutions, batch-normalised; level d has `width`·2^d, then twice as many channels.

    The original normalises by the statistics of the batch at hand even at inference, so that an answer depends on what
    else is in the batch. Here `eval()` uses the running statistics, which the published files hold too; set
    `batch_statistics = True` for the original's behaviour, which its published predictions were made with.
    """

    def __init__(self, classes: int, channels: int, *, width: int) -> None:
        super().__init__(
            _Trunk(channels, width),
            nn.Conv3d(2 * width, classes, 1),
            classes=classes,
            channels=channels,
            bottleneck_channels=16 * width,
            full_channels=2 * width,
            divisor=8,
            encoder=_LEVELS,
        )

    def _features(self, images: torch.Tensor) -> Features:
        return self.net(images)

    def _bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        return self.net.down(images)[-1]

    @property
    def batch_statistics(self) -> bool:
        """Whether `eval()` normalises by the batch at hand too; the running statistics then stay as they are."""
        return any(module.by_batch for module in self.modules() if isinstance(module, _BatchNorm))

    @batch_statistics.setter
    def batch_statistics(self, by_batch: bool) -> None:
        for module in self.modules():
            if isinstance(module, _BatchNorm):
                module.by_batch = by_batch


class _BatchNorm(nn.BatchNorm3d):
    by_batch = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.by_batch and not self.training:
            return functional.batch_norm(x, None, None, self.weight, self.bias, training=True, eps=self.eps)
        return super().forward(x)


class _Convolution(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(inputs, outputs, 3, padding=1)
        self.bn1 = _BatchNorm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.bn1(self.conv1(x)), inplace=True)


class _Level(nn.Module):
    def __init__(self, inputs: int, middle: int, outputs: int) -> None:
        super().__init__()
        self.ops = nn.Sequential(_Convolution(inputs, middle), _Convolution(middle, outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.ops(x)


class _Up(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.up_conv = nn.ConvTranspose3d(inputs, inputs, 2, stride=2)
        self.ops = nn.Sequential(_Convolution(inputs + outputs, outputs), _Convolution(outputs, outputs))

    def forward(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        return self.ops(torch.cat((self.up_conv(x), skip), dim=1))


class _Trunk(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        for depth, name in enumerate(_LEVELS):
            self.add_module(name, _Level(2**depth * width if depth else channels, 2**depth * width, 2 ** (depth + 1) * width))
        for depth, name in zip((2, 1, 0), _UPS, strict=True):
            self.add_module(name, _Up(2 ** (depth + 2) * width, 2 ** (depth + 1) * width))

    def down(self, x: torch.Tensor) -> list[torch.Tensor]:
        """What each level gives, the bottleneck last."""
        levels: list[torch.Tensor] = []
        for name in _LEVELS:
            x = getattr(self, name)(functional.max_pool3d(x, 2) if levels else x)
            levels.append(x)
        return levels

    def forward(self, x: torch.Tensor) -> Features:
        skips = self.down(x)
        x = bottleneck = skips.pop()
        for name in _UPS:
            x = getattr(self, name)(x, skips.pop())
        return Features(bottleneck, x)


ENTRY = Entry(
    UNet,
    {"tiny": {"width": 8}, "published": {"width": 32}},
    paper="Zhou et al., Models Genesis, MICCAI",
    year=2019,
    licence="Apache-2.0 (ours)",
    note="also the U-Net of SuPreM (ICLR 2024) and the Universal Model (ICCV 2023)",
)
