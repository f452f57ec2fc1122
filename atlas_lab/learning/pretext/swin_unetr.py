"""Swin UNETR's pre-training: two damaged, turned views of each patch; three heads restore, tell the turn, and match views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from monai.losses import ContrastiveLoss
from torch import nn
from torch.nn import functional

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext._boxes import covered, random_boxes
from atlas_lab.learning.pretext._picture import Panel, Row
from atlas_lab.learning.pretext._random import check_option, normal, uniform
from atlas_lab.learning.pretext.task import Task, Tensors

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_SMALLEST, _LARGEST = 0.05, 0.25  # a box's side, of the patch's
_BOXES = 320  # more than any share up to 0.3 needs: their mean volume is 0.0034 of the patch's
_EMBEDDING = 512
_NARROWEST = 8  # channels of the decoder


@dataclass(frozen=True)
class SwinUnetr(Task):
    """Self-supervised pre-training of Swin UNETR (Tang et al., CVPR 2022).

    Each view is turned by k·90° in the axial plane. Boxes (sides 5 to 25 % of the patch's) whose volumes add up to a share
    drawn from [0, `dropped`) are filled with Gaussian noise stretched to [0, 1], then others of the same kind with what
    another patch of the batch shows there. The answers: the turned view undamaged (L1), k (cross-entropy), and an embedding
    close to the other view's and far from all others' (NT-Xent, `temperature`), weighted alike.

    The published code turns the last two array axes; the paper, and this, the axial plane. Where it reads two corner
    tokens of the bottleneck, this takes the mean, which any backbone and patch has. One patch alone is mixed with none.
    """

    name: ClassVar[str] = "swin_unetr"
    question: ClassVar[str] = "what was here, how far is it turned, which other view is of the same patch?"
    source: ClassVar[str] = "Tang et al., CVPR 2022"
    views: ClassVar[int] = 2

    dropped: float = 0.3
    temperature: float = 0.5

    def __post_init__(self) -> None:
        check_option(self.name, "dropped", self.dropped, 0, 1)
        check_option(self.name, "temperature", self.temperature, 0.01, 10)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Inputs (2B, 1, X, Y, Z), the first views, then the second. Targets: `image` like them, `turns` int64 (2B,).

        InputError: a patch that is not as long along x as along y.
        """
        if images.shape[2] != images.shape[3]:
            raise InputError(
                f"swin_unetr turns patches in the axial plane: {tuple(images.shape[2:])} voxels are not square in it"
            )
        inputs, upright, turns = [], [], []
        for _ in range(2):
            k = (uniform((len(images),), generator) * 4).long()
            view = quarter_turns(images, k)
            inputs.append(self._damaged(view, generator))
            upright.append(view)
            turns.append(k)
        return torch.cat(inputs), {"image": torch.cat(upright), "turns": torch.cat(turns)}

    def _damaged(self, view: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        noise = normal(view.shape, generator)
        low, high = noise.amin((2, 3, 4), keepdim=True), noise.amax((2, 3, 4), keepdim=True)
        view = torch.where(self._boxes(view, generator), (noise - low) / (high - low), view)
        if len(view) == 1:
            return view
        shift = 1 + int(uniform((1,), generator) * (len(view) - 1))
        return torch.where(self._boxes(view, generator), view.roll(shift, 0), view)

    def _boxes(self, view: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Boxes one after the other until their volumes, overlaps counted twice, reach the share drawn."""
        shape = view.shape[2:]
        low, high = ([max(int(side * share), 1) for side in shape] for share in (_SMALLEST, _LARGEST))
        boxes = random_boxes(len(view), _BOXES, shape, low, high, generator)
        volumes = boxes[1].prod(-1)
        wanted = uniform((len(view), 1), generator, high=self.dropped) * shape.numel()
        return covered(boxes, shape, volumes.cumsum(1) - volumes < wanted)

    def network(self, backbone: Backbone) -> nn.Module:
        return _ThreeHeads(backbone)

    def loss(self, outputs: Tensors, targets: Tensors) -> torch.Tensor:
        first, second = outputs["embedding"].float().chunk(2)
        contrast = ContrastiveLoss(temperature=self.temperature)(first, second)
        restored = functional.l1_loss(outputs["image"].float(), targets["image"])
        return restored + functional.cross_entropy(outputs["turns"].float(), targets["turns"]) + contrast

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        inputs, targets = self.make(images, generator)
        count, middle = len(images), images.shape[4] // 2
        rows: list[Row] = []
        for view in range(2):
            this = view * count
            turn = 90 * int(targets["turns"][this])
            words = f"this, a turn of {turn}°, and an embedding\nlike that of view {2 - view} of the same patch"
            rows.append((
                Panel(images[0, 0], "axial", middle), Panel(inputs[this, 0], "axial", middle, f"view {view + 1}"),
                Panel(targets["image"][this, 0], "axial", middle, words),
            ))  # fmt: skip
        return rows


def quarter_turns(images: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
    """Images (B, 1, X, Y, Z), each turned by its own k·90° in the axial plane, from x towards y."""
    turned = images
    for quarter in (1, 2, 3):
        turned = torch.where((k == quarter).view(-1, 1, 1, 1, 1), torch.rot90(images, quarter, (2, 3)), turned)
    return turned


class _ThreeHeads(nn.Module):
    """Restoration, turn and embedding, all from the bottleneck: this task trains the encoder alone."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        channels = backbone.bottleneck_channels
        self.turns = nn.Linear(channels, 4)
        self.embedding = nn.Linear(channels, _EMBEDDING)
        layers: list[nn.Module] = []
        for _ in range(backbone.divisor.bit_length() - 1):
            narrower = max(channels // 2, _NARROWEST)
            layers += [
                nn.Conv3d(channels, narrower, 3, padding=1), nn.InstanceNorm3d(narrower), nn.LeakyReLU(),
                nn.Upsample(scale_factor=2, mode="trilinear", align_corners=False),
            ]  # fmt: skip
            channels = narrower
        self.image = nn.Sequential(*layers, nn.Conv3d(channels, 1, 1))

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        bottleneck = self.backbone.bottleneck(images)
        mean = bottleneck.flatten(2).mean(2)
        restored = self.image(bottleneck)
        if restored.shape[2:] != images.shape[2:]:  # a bottleneck finer than the divisor says
            restored = functional.interpolate(restored, size=images.shape[2:], mode="trilinear", align_corners=False)
        return {"image": restored.float(), "turns": self.turns(mean).float(), "embedding": self.embedding(mean).float()}
