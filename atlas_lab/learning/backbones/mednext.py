"""MedNeXt, as MONAI has it."""

from typing import Any

import torch
from monai.networks import nets

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.entry import Entry

_VARIANTS = {"S": nets.MedNeXtS, "B": nets.MedNeXtB, "M": nets.MedNeXtM, "L": nets.MedNeXtL}


class MedNeXt(Backbone):
    """Depth-wise 3x3x3 convolutions that expand and shrink the channels (ConvNeXt blocks), residual up and down too."""

    def __init__(self, classes: int, channels: int, *, variant: str | None = None, width: int = 32) -> None:
        shape: dict[str, Any] = {"spatial_dims": 3, "in_channels": channels, "out_channels": classes, "kernel_size": 3}
        if variant is None:
            net = nets.MedNeXt(init_filters=width, use_residual_connection=True, **shape)
        else:
            net = _VARIANTS[variant](**shape)
        super().__init__(
            net,
            take_out(net, "out_0"),
            classes=classes,
            channels=channels,
            bottleneck_channels=16 * width,
            full_channels=width,
            divisor=16,
            encoder=("stem", "enc_stages", "down_blocks", "bottleneck"),
        )

    def _features(self, images: torch.Tensor) -> Features:
        x = self.net.stem(images)
        skips = []
        for stage, down in zip(self.net.enc_stages, self.net.down_blocks, strict=True):
            x = stage(x)
            skips.append(x)
            x = down(x)
        bottleneck = x = self.net.bottleneck(x)
        for up, stage in zip(self.net.up_blocks, self.net.dec_stages, strict=True):
            x = stage(up(x) + skips.pop())
        return Features(bottleneck, x)


ENTRY = Entry(
    MedNeXt,
    {"tiny": {"width": 12}} | {size: {"variant": size} for size in _VARIANTS} | {"published": {"variant": "L"}},
    paper="Roy et al., MedNeXt, MICCAI",
    year=2023,
    licence="Apache-2.0 (MONAI)",
    note="published is L",
)
