"""nnU-Net's residual encoder (ResEnc-L), as its authors' own package has it."""

import importlib

import torch
from torch import nn

from atlas_lab.errors import MissingExtra
from atlas_lab.learning.backbones.base import Backbone, Features
from atlas_lab.learning.backbones.entry import Entry


class NNUNetResEnc(Backbone):
    """Residual blocks on the way down, `blocks` a stage; one convolution a stage on the way up."""

    def __init__(self, classes: int, channels: int, *, features: tuple[int, ...], blocks: tuple[int, ...]) -> None:
        try:
            unet = importlib.import_module("dynamic_network_architectures.architectures.unet")
        except ImportError as error:
            raise MissingExtra("the backbone nnunet_resenc", "nnunet") from error
        downs = len(features) - 1
        net = unet.ResidualEncoderUNet(
            channels, downs + 1, features, nn.Conv3d, 3, [1] + [2] * downs, blocks, classes, [1] * downs,
            conv_bias=True, norm_op=nn.InstanceNorm3d, norm_op_kwargs={"eps": 1e-5, "affine": True},
            nonlin=nn.LeakyReLU, nonlin_kwargs={"inplace": True},
        )  # fmt: skip
        net.apply(net.initialize)
        head = net.decoder.seg_layers[-1]
        net.decoder.seg_layers = nn.ModuleList([nn.Identity()])  # the heads of coarser stages have no loss here
        del net.decoder.encoder  # the encoder once more
        super().__init__(
            net,
            head,
            classes=classes,
            channels=channels,
            bottleneck_channels=features[-1],
            full_channels=features[0],
            divisor=2**downs,
            encoder=("encoder",),
        )

    def _features(self, images: torch.Tensor) -> Features:
        skips = self.net.encoder(images)
        return Features(skips[-1], self.net.decoder(skips))


ENTRY = Entry(
    NNUNetResEnc,
    {
        "tiny": {"features": (8, 16, 32, 64), "blocks": (1, 2, 2, 2)},
        "published": {"features": (32, 64, 128, 256, 320, 320), "blocks": (1, 3, 4, 6, 6, 6)},
    },
    paper="Isensee et al., nnU-Net Revisited, MICCAI",
    year=2024,
    licence="Apache-2.0 (dynamic-network-architectures)",
    note="published is ResEnc-L; needs atlas-lab[nnunet]",
)
