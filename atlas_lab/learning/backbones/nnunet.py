"""nnU-Net's plain convolutional network, as MONAI's DynUNet."""

import torch
from monai.networks import nets

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.entry import Entry


class NNUNet(Backbone):
    """Two convolutions a stage, instance norm, leaky ReLU; strided convolutions down, transposed ones up."""

    def __init__(self, classes: int, channels: int, *, filters: tuple[int, ...]) -> None:
        downs = len(filters) - 1
        net = nets.DynUNet(3, channels, classes, [3] * (downs + 1), [1] + [2] * downs, [2] * downs, filters=filters)
        del net.skip_layers  # the same layers once more, for MONAI's own pass
        super().__init__(
            net,
            take_out(net, "output_block"),
            classes=classes,
            channels=channels,
            bottleneck_channels=filters[-1],
            full_channels=filters[0],
            divisor=2**downs,
            encoder=("input_block", "downsamples", "bottleneck"),
        )

    def _features(self, images: torch.Tensor) -> Features:
        skips = [self.net.input_block(images)]
        for down in self.net.downsamples:
            skips.append(down(skips[-1]))
        bottleneck = x = self.net.bottleneck(skips[-1])
        for up in self.net.upsamples:
            x = up(x, skips.pop())
        return Features(bottleneck, x)


ENTRY = Entry(
    NNUNet,
    {
        "mini": {"filters": (6, 12, 24, 48)},
        "tiny": {"filters": (12, 24, 48, 96)},
        "small": {"filters": (24, 48, 96, 192)},
        "published": {"filters": (32, 64, 128, 256, 320, 320)},
    },
    paper="Isensee et al., nnU-Net, Nature Methods",
    year=2021,
    licence="Apache-2.0 (MONAI)",
)
