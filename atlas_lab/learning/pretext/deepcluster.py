"""DeepCluster: before each epoch the crops are clustered by their features; the network learns to name the cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.errors import InputError, ParameterError
from atlas_lab.learning.pretext._clusters import k_means, uniform_order, whitened
from atlas_lab.learning.pretext._heads import fitted, pooled
from atlas_lab.learning.pretext._picture import Panel, Row
from atlas_lab.learning.pretext._random import check_option, uniform
from atlas_lab.learning.pretext.task import Task

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_HEAD_DEVIATION = 0.01


@dataclass(frozen=True)
class DeepCluster(Task):
    """DeepCluster (Caron et al., ECCV 2018) on `crops` fixed crops.

    Before each epoch: the means of all crops' bottlenecks, whitened to at most `components` principal components and of
    length 1, are clustered by k-means; the last layer starts anew, as the clusters have new numbers; the epoch draws every
    cluster as often as any other. The input is the crop, mirrored along each axis or not; cross-entropy over the clusters.
    The clusters and the order lie in the network's buffers, so that an epoch can be resumed in its middle.
    """

    name: ClassVar[str] = "deepcluster"
    question: ClassVar[str] = "which group of crops does this one belong to?"
    source: ClassVar[str] = "Caron et al., ECCV 2018"
    views: ClassVar[int] = 16

    clusters: int = 100
    components: int = 256
    crops: int = 5_000

    def __post_init__(self) -> None:
        check_option(self.name, "clusters", self.clusters, 2, 100_000)
        check_option(self.name, "components", self.components, 1, 100_000)
        if self.crops < self.clusters:
            raise ParameterError(f"deepcluster: crops={self.crops} must be at least clusters={self.clusters}")

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, None]:
        """The crops, mirrored; their targets are `answers` of the network."""
        inputs = images
        for axis in (2, 3, 4):
            mirrored = uniform((len(images), 1, 1, 1, 1), generator) < 0.5
            inputs = torch.where(mirrored, inputs.flip(axis), inputs)
        return inputs, None

    def network(self, backbone: Backbone) -> nn.Module:
        return _Namer(backbone, self.clusters, self.crops)

    def loss(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(outputs.float(), targets)

    @torch.no_grad()
    def before_epoch(self, network: nn.Module, batches: Iterable[torch.Tensor], generator: torch.Generator) -> list[nn.Parameter]:
        """Cluster all crops (batches (B, 1, X, Y, Z), in order), start the last layer anew and return its parameters.

        InputError: another number of crops than `crops`.
        """
        assert isinstance(network, _Namer)
        training = network.training
        network.eval()
        features = torch.cat([network.describe(batch).float() for batch in batches])
        network.train(training)
        if len(features) != self.crops:
            raise InputError(f"deepcluster: got {len(features)} crops, but the task has crops={self.crops}")
        labels = k_means(whitened(features, self.components), self.clusters, generator)
        network.labels.copy_(labels)
        network.order.copy_(uniform_order(labels, self.clusters, generator))
        nn.init.normal_(network.head.weight, std=_HEAD_DEVIATION, generator=generator)
        nn.init.zeros_(network.head.bias)
        return list(network.head.parameters())

    def order(self, network: nn.Module) -> torch.Tensor:
        assert isinstance(network, _Namer)
        return network.order

    def answers(self, network: nn.Module, crops: torch.Tensor) -> torch.Tensor:
        """The cluster of each of these crops, int64."""
        assert isinstance(network, _Namer)
        return network.labels[crops]

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        from atlas_lab.learning.backbones import backbone

        small = replace(self, clusters=min(self.clusters, 4), crops=len(images))
        network = small.network(backbone("unet", size="tiny"))
        small.before_epoch(network, functional.avg_pool3d(images, 3).split(8), generator)
        inputs, _ = small.make(images, generator)
        clusters = small.answers(network, torch.arange(len(images))).tolist()
        middle = images.shape[4] // 2
        rows: list[Row] = []
        for cluster in sorted(set(clusters), key=clusters.index)[:3]:
            first, *others = [crop for crop, other in enumerate(clusters) if other == cluster]
            words = (
                f"cluster {cluster + 1} of {small.clusters}, with {len(others)} more like these;\n"
                "the clusters are those of an untrained network"
            )
            mosaic = _mosaic([images[crop, 0, :, :, middle] for crop in others[:4]], images[0, 0, :, :, middle])
            rows.append((
                Panel(images[first, 0], "axial", middle),
                Panel(inputs[first, 0], "axial", middle, "the crop, mirrored along some axes"),
                Panel(mosaic, "axial", 0, words),
            ))  # fmt: skip
        return rows


class _Namer(nn.Module):
    labels: torch.Tensor
    order: torch.Tensor

    def __init__(self, backbone: Backbone, clusters: int, crops: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(backbone.bottleneck_channels, clusters)
        self.register_buffer("labels", torch.zeros(crops, dtype=torch.int64))
        self.register_buffer("order", torch.arange(crops))

    def describe(self, images: torch.Tensor) -> torch.Tensor:
        return pooled(self.backbone, fitted(images.to(self.head.weight.device), self.backbone.divisor))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.describe(images)).float()


def _mosaic(slices: list[torch.Tensor], like: torch.Tensor) -> torch.Tensor:
    """Up to four slices (X, Y) as one image (2X, 2Y, 1)."""
    a, b, c, d = (slices + [torch.zeros_like(like)] * 4)[:4]
    return torch.cat([torch.cat([d, b], 1), torch.cat([c, a], 1)])[..., None]
