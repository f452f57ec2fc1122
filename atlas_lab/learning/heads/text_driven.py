"""The text-driven head: each class is found by a small network that is made of its name and of the image."""

import torch
from torch import nn

from atlas_lab.learning.backbones import Backbone, Features
from atlas_lab.learning.heads import dynamic

_GROUPS = 16
_SHARED = 256  # numbers that say what the image is, and as many that say what is looked for


class TextDriven(nn.Module):
    """Logits of as many classes as there are text embeddings, from a backbone's features (Universal Model, ICCV 2023).

    `embeddings` (classes, 512) are those of CLIP ViT-B/32, not normalised, for "A computerized tomography of a {name}";
    they are kept, not learned. The bottleneck, averaged, and a class's embedding together give the 153 parameters of
    that class's network, which looks at 8 numbers a voxel; so classes can be chosen, left out and added freely.
    """

    embeddings: torch.Tensor

    def __init__(self, bottleneck_channels: int, full_channels: int, embeddings: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("embeddings", embeddings.float())
        self.text = nn.Linear(embeddings.shape[1], _SHARED)
        self.image = nn.Sequential(
            nn.GroupNorm(_GROUPS, bottleneck_channels),
            nn.ReLU(),
            nn.AdaptiveAvgPool3d(1),
            nn.Conv3d(bottleneck_channels, _SHARED, 1),
        )
        self.controller = nn.Conv3d(2 * _SHARED, dynamic.PARAMETERS, 1)
        self.voxels = nn.Sequential(nn.GroupNorm(_GROUPS, full_channels), nn.ReLU(), nn.Conv3d(full_channels, dynamic.WIDTH, 1))

    def forward(self, features: Features) -> torch.Tensor:
        """Logits (B, classes, X, Y, Z) of a backbone's features."""
        image = self.image(features.bottleneck)[:, :, 0, 0, 0]
        text = self.text(self.embeddings).relu()
        pairs = torch.cat((image[:, None].expand(-1, len(text), -1), text[None].expand(len(image), -1, -1)), dim=2)
        parameters = self.controller(pairs.flatten(0, 1)[:, :, None, None, None])
        return dynamic.apply(self.voxels(features.full), parameters.view(*pairs.shape[:2], -1))


class Universal(nn.Module):
    """A backbone with a text-driven head in place of its own, which is frozen: images (B, 1, X, Y, Z) → logits."""

    def __init__(self, backbone: Backbone, embeddings: torch.Tensor) -> None:
        """`embeddings` (classes, 512) are the classes' texts."""
        super().__init__()
        self.backbone = backbone
        self.backbone.head.requires_grad_(False)
        self.head = TextDriven(backbone.bottleneck_channels, backbone.full_channels, embeddings)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (B, classes, X, Y, Z). InputError: a wrong shape."""
        return self.head(self.backbone.features(images))
