"""What every backbone is: logits for a head of one's own, features for other heads, an encoder that can be told apart."""

import abc
from typing import Any, NamedTuple

import torch
from torch import nn

from atlas_lab.errors import InputError


class Features(NamedTuple):
    """What a head stands on: `bottleneck` (B, Cb, x, y, z), the deepest and coarsest; `full` (B, Cf, X, Y, Z), the finest."""

    bottleneck: torch.Tensor
    full: torch.Tensor


class Backbone(nn.Module, abc.ABC):
    """A segmentation network cut in two: `net`, from the image to features, and `head`, the last 1x1x1 convolution.

    Images are (B, channels, X, Y, Z), each side a multiple of `divisor`; logits are (B, classes, X, Y, Z). Every
    parameter takes part in every pass of `forward` (unimiss's for slices aside), not of `features` or `bottleneck`.
    `name`, `size`, `classes` and `channels`, with `options` as further keywords, make the same network again:
    `backbone(...)`.
    """

    net: Any  # not nn.Module: each network has parts of its own
    name: str = ""
    size: str = ""
    classes: int
    channels: int
    options: dict[str, Any]

    def __init__(
        self,
        net: nn.Module,
        head: nn.Module,
        *,
        classes: int,
        channels: int,
        bottleneck_channels: int,
        full_channels: int,
        divisor: int,
        encoder: tuple[str, ...],
        one_voxel_bottleneck: bool = False,
    ) -> None:
        super().__init__()
        self.net, self.head = net, head
        self.classes, self.channels, self.options = classes, channels, {}
        self.bottleneck_channels, self.full_channels, self.divisor = bottleneck_channels, full_channels, divisor
        self._encoder = tuple(f"net.{part}." for part in encoder)
        self._one_voxel = one_voxel_bottleneck
        self._frozen: tuple[str, ...] = ()

    def features(self, images: torch.Tensor) -> Features:
        """Bottleneck and full-resolution features of images (B, channels, X, Y, Z). InputError: a wrong shape."""
        self._check(images)
        return self._features(images)

    def bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        """The bottleneck alone, of images (B, channels, X, Y, Z), without the way up. InputError: a wrong shape."""
        self._check(images)
        return self._bottleneck(images)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (B, classes, X, Y, Z) of images (B, channels, X, Y, Z). InputError: a wrong shape."""
        return self.head(self.features(images).full)

    @abc.abstractmethod
    def _features(self, images: torch.Tensor) -> Features:
        """The network's own pass over images whose shape has been checked."""

    def _bottleneck(self, images: torch.Tensor) -> torch.Tensor:
        """The same as far as the bottleneck; for a network whose way down stands alone, less work."""
        return self._features(images).bottleneck

    @property
    def parameter_count(self) -> int:
        """How many numbers are learned, the head's too."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def encoder_names(self) -> tuple[str, ...]:
        """The parameters from the image to the bottleneck, as `named_parameters()` calls them."""
        return tuple(name for name, _ in self.named_parameters() if name.startswith(self._encoder))

    def encoder_state(self) -> dict[str, torch.Tensor]:
        """The encoder's part of `state_dict()`: what self-supervision trains; `load_state_dict(…, strict=False)` takes it."""
        return {name: tensor for name, tensor in self.state_dict().items() if name.startswith(self._encoder)}

    def freeze(self, *parts: str) -> None:
        """Keep `encoder`, `decoder` or both as they are: no gradients, no new statistics of batch normalisation."""
        self._frozen = parts
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(self._part(name) not in parts)
        self.train(self.training)

    def train(self, mode: bool = True) -> "Backbone":
        """As in PyTorch; what is frozen stays in its `eval()`."""
        super().train(mode)
        for name, module in self.named_modules():
            if self._part(f"{name}.") in self._frozen:
                module.training = False
        return self

    def _part(self, name: str) -> str:
        if not name.startswith("net."):
            return "head"
        return "encoder" if name.startswith(self._encoder) else "decoder"

    def _check(self, images: torch.Tensor) -> None:
        if images.ndim != 5 or images.shape[1] != self.channels:
            raise InputError(f"{self.name} takes images (B, {self.channels}, X, Y, Z), not of shape {tuple(images.shape)}")
        sides = images.shape[2:]
        if any(side % self.divisor for side in sides):
            raise InputError(f"{self.name} takes sides that are multiples of {self.divisor}, not {tuple(sides)}; pad or crop")
        if not self._one_voxel and all(side == self.divisor for side in sides):
            raise InputError(f"{self.name} cannot normalise a bottleneck of one voxel; make the patch larger than {tuple(sides)}")


def take_out(parent: Any, name: str) -> nn.Module:
    """The layer `name` of `parent`, whose place an identity takes: a head, so that what remains ends in features."""
    layer = getattr(parent, name)
    setattr(parent, name, nn.Identity())
    return layer
