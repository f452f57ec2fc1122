"""UNet++, as MONAI has it."""

import torch
from monai.networks import nets

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.entry import Entry

_LEVELS = 5


class UNetPlusPlus(Backbone):
    """A triangle of nodes: node (depth, step) joins all earlier nodes of its depth with the one below."""

    def __init__(self, classes: int, channels: int, *, features: tuple[int, ...]) -> None:
        net = nets.BasicUNetPlusPlus(3, channels, classes, features)
        for step in range(1, _LEVELS - 1):
            take_out(net, f"final_conv_0_{step}")  # the heads of deep supervision have no loss here
        super().__init__(
            net,
            take_out(net, "final_conv_0_4"),
            classes=classes,
            channels=channels,
            bottleneck_channels=features[4],
            full_channels=features[5],
            divisor=16,
            encoder=tuple(f"conv_{depth}_0" for depth in range(_LEVELS)),
        )

    def _features(self, images: torch.Tensor) -> Features:
        nodes = [[self.net.conv_0_0(images)]]
        for depth in range(1, _LEVELS):
            nodes.append([getattr(self.net, f"conv_{depth}_0")(nodes[-1][0])])
        for step in range(1, _LEVELS):
            for depth in range(_LEVELS - step):
                join = getattr(self.net, f"upcat_{depth}_{step}")
                nodes[depth].append(join(nodes[depth + 1][step - 1], torch.cat(nodes[depth], dim=1)))
        return Features(nodes[-1][0], nodes[0][-1])


ENTRY = Entry(
    UNetPlusPlus,
    {"tiny": {"features": (12, 12, 24, 48, 96, 12)}, "published": {"features": (32, 32, 64, 128, 256, 32)}},
    paper="Zhou et al., UNet++, DLMIA",
    year=2018,
    licence="Apache-2.0 (MONAI)",
)
