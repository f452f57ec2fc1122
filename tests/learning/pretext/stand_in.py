"""A backbone of a few hundred weights, and patches made by hand, for the tests of the tasks."""

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.learning.backbones import Features

SIDE = 32


class StandIn(nn.Module):
    """What tasks need of a backbone: a bottleneck at a quarter of the side, features at full resolution."""

    bottleneck_channels, full_channels, divisor = 8, 4, 4

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv3d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv3d(4, 8, 3, 2, 1))
        self.fine, self.coarse = nn.Conv3d(1, 4, 3, 1, 1), nn.Conv3d(8, 4, 1)

    def features(self, images: torch.Tensor) -> Features:
        assert all(side % self.divisor == 0 for side in images.shape[2:])
        bottleneck = self.encoder(images)
        return Features(bottleneck, self.fine(images) + functional.interpolate(self.coarse(bottleneck), size=images.shape[2:]))

    def bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        return self.features(images).bottleneck


def backbone(seed: int = 0) -> StandIn:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return StandIn()


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def patches(batch: int = 3, side: int = SIDE, seed: int = 0) -> torch.Tensor:
    """(batch, 1, side, side, side) in [0, 1], every voxel of another value, the same volume nowhere twice."""
    return torch.rand(batch, 1, side, side, side, generator=generator(seed))


def places(side: int = SIDE) -> torch.Tensor:
    """(1, 1, side, side, side): each voxel is its flat index."""
    return torch.arange(side**3, dtype=torch.float32).view(1, 1, side, side, side)
