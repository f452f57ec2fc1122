"""SegResNet, as MONAI has it."""

import torch
from monai.networks import nets

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.entry import Entry


class SegResNet(Backbone):
    """Residual blocks with group norm, (1, 2, 2, 4) on the way down; linear upsampling and sums on the way up."""

    def __init__(self, classes: int, channels: int, *, width: int) -> None:
        net = nets.SegResNet(init_filters=width, in_channels=channels, out_channels=classes)
        head = take_out(net.conv_final, "2")
        super().__init__(
            net,
            head,
            classes=classes,
            channels=channels,
            bottleneck_channels=8 * width,
            full_channels=width,
            divisor=8,
            encoder=("convInit", "down_layers"),
            one_voxel_bottleneck=True,
        )

    def _features(self, images: torch.Tensor) -> Features:
        bottleneck, skips = self.net.encode(images)
        return Features(bottleneck, self.net.decode(bottleneck, skips[::-1]))

    def _bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        bottleneck, _ = self.net.encode(images)
        return bottleneck


ENTRY = Entry(
    SegResNet,
    {"tiny": {"width": 8}, "published": {"width": 16}},
    paper="Myronenko, 3D MRI brain tumor segmentation, BrainLes",
    year=2018,
    licence="Apache-2.0 (MONAI)",
)
