"""Swin UNETR, as MONAI has it."""

import torch
from monai.networks import nets

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.entry import Entry

_GROUPS = ("group", {"num_groups": 4})


class SwinUNETR(Backbone):
    """A hierarchy of shifted-window transformers, a convolutional decoder.

    The bottleneck is the 1/32 stage behind its residual block, as the Universal Model's head takes it. `tiny` has
    windows of 4 and group norm, so that a patch of 32x32x32 works; MONAI's class knows no narrower network.
    """

    def __init__(
        self, classes: int, channels: int, *, feature_size: int, window: int = 7, norm: str | tuple[str, dict] = "instance"
    ) -> None:
        net = nets.SwinUNETR(channels, classes, feature_size=feature_size, window_size=window, norm_name=norm)
        super().__init__(
            net,
            take_out(net, "out"),
            classes=classes,
            channels=channels,
            bottleneck_channels=16 * feature_size,
            full_channels=feature_size,
            divisor=32,
            encoder=("swinViT", "encoder1", "encoder2", "encoder3", "encoder4", "encoder10"),
            one_voxel_bottleneck=norm != "instance",
        )

    def _features(self, images: torch.Tensor) -> Features:
        net = self.net
        stages = net.swinViT(images, net.normalize)
        skips = [net.encoder1(images), net.encoder2(stages[0]), net.encoder3(stages[1]), net.encoder4(stages[2]), stages[3]]
        bottleneck = x = net.encoder10(stages[4])
        for decoder in (net.decoder5, net.decoder4, net.decoder3, net.decoder2, net.decoder1):
            x = decoder(x, skips.pop())
        return Features(bottleneck, x)

    def _bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        return self.net.encoder10(self.net.swinViT(images, self.net.normalize)[4])


ENTRY = Entry(
    SwinUNETR,
    {"tiny": {"feature_size": 12, "window": 4, "norm": _GROUPS}, "published": {"feature_size": 48}},
    paper="Hatamizadeh et al., Swin UNETR, BrainLes",
    year=2022,
    licence="Apache-2.0 (MONAI)",
)
