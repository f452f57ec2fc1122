"""UNETR, as MONAI has it."""

import torch
from monai.networks import nets
from torch.nn import functional

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.entry import Entry

_PATCH = 16


class UNETR(Backbone):
    """A vision transformer over patches of 16x16x16 voxels, a convolutional decoder.

    The transformer's positions are learned for images of `side` voxels; for others they are interpolated linearly.
    """

    def __init__(self, classes: int, channels: int, *, side: int, feature_size: int, hidden: int, mlp: int, heads: int) -> None:
        net = nets.UNETR(channels, classes, side, feature_size=feature_size, hidden_size=hidden, mlp_dim=mlp, num_heads=heads)
        for block in net.vit.blocks:
            take_out(block, "norm_cross_attn")  # MONAI makes it for a cross-attention that UNETR has not
        super().__init__(
            net,
            take_out(net, "out"),
            classes=classes,
            channels=channels,
            bottleneck_channels=hidden,
            full_channels=feature_size,
            divisor=_PATCH,
            encoder=("vit", "encoder1", "encoder2", "encoder3", "encoder4"),
            one_voxel_bottleneck=True,
        )

    def _features(self, images: torch.Tensor) -> Features:
        net = self.net
        grid = tuple(side // _PATCH for side in images.shape[2:])
        stages = []
        x = net.vit.patch_embedding.patch_embeddings(images).flatten(2).transpose(1, 2) + self._positions(grid)
        for block in net.vit.blocks:
            x = block(x)
            stages.append(x)

        def volume(tokens: torch.Tensor) -> torch.Tensor:
            return tokens.transpose(1, 2).unflatten(2, grid)

        bottleneck = volume(net.vit.norm(x))
        x = net.decoder5(bottleneck, net.encoder4(volume(stages[9])))
        x = net.decoder4(x, net.encoder3(volume(stages[6])))
        x = net.decoder3(x, net.encoder2(volume(stages[3])))
        return Features(bottleneck, net.decoder2(x, net.encoder1(images)))

    def _positions(self, grid: tuple[int, ...]) -> torch.Tensor:
        learned = self.net.vit.patch_embedding.position_embeddings
        if grid == self.net.feat_size:
            return learned
        volume = learned.transpose(1, 2).unflatten(2, self.net.feat_size)
        return functional.interpolate(volume, grid, mode="trilinear").flatten(2).transpose(1, 2)


ENTRY = Entry(
    UNETR,
    {
        "tiny": {"side": 48, "feature_size": 8, "hidden": 64, "mlp": 128, "heads": 4},
        "published": {"side": 96, "feature_size": 16, "hidden": 768, "mlp": 3072, "heads": 12},
    },
    paper="Hatamizadeh et al., UNETR, WACV",
    year=2022,
    licence="Apache-2.0 (MONAI)",
)
