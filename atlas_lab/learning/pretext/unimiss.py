"""UniMiSS: a student that sees a volume, or a few of its slices, answers like a teacher that sees another view of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext._picture import Panel, Row
from atlas_lab.learning.pretext._random import check_option, permutations
from atlas_lab.learning.pretext._teacher import TeacherStudent
from atlas_lab.learning.pretext._views import random_view, regreyed
from atlas_lab.learning.pretext.task import Task, Tensors

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_STUDENT_TEMPERATURE = 0.1


@dataclass(frozen=True)
class UniMiss(Task):
    """UniMiSS (Xie et al., ECCV 2022): self-distillation as in DINO (Caron et al., ICCV 2021) over volumes and their slices.

    Two random views of each patch and `slices` axial slices of each view. The teacher sees the volumes; the student must
    give its answer (a distribution over `outputs`) to the other volume, and from the slices of either view the answers to
    both. Cross-entropy; student's temperature 0.1, teacher's 0.04 after its running mean (momentum 0.9) is taken
    away; the teacher follows the student with momentum 0.996 after every step.

    UniMiSS's own pyramid network (`backbone("unimiss")`) has a patch embedding for slices and one for volumes. Any other
    backbone does too: a slice then enters as a thin volume, repeated along z to the least depth it takes, so that nothing
    varies along z, and the features of a view's slices are averaged. X-rays, the other half of the published data, are not
    used.
    """

    name: ClassVar[str] = "unimiss"
    question: ClassVar[str] = "what does the teacher say to another view of this?"
    source: ClassVar[str] = "Xie et al., ECCV 2022"

    slices: int = 2
    outputs: int = 65_536

    def __post_init__(self) -> None:
        check_option(self.name, "slices", self.slices, 1, 64)
        check_option(self.name, "outputs", self.outputs, 2, 1_000_000)

    def make(self, images: torch.Tensor, generator: torch.Generator) -> tuple[dict[str, torch.Tensor], None]:
        """Inputs: `volumes` (2, B, 1, X, Y, Z) and `slices` (2, B, n, 1, X, Y). The targets are the teacher's, in the network.

        InputError: fewer slices in the patch than asked for.
        """
        depth = images.shape[4]
        if depth < self.slices:
            raise InputError(f"unimiss: a patch of {depth} slices has no {self.slices} to draw; give fewer slices=")
        volumes = torch.stack([random_view(images, generator) for _ in range(2)])
        chosen = permutations(2 * len(images), depth, generator)[:, : self.slices]
        rows = torch.arange(len(chosen), device=images.device)[:, None]
        slices = volumes.flatten(0, 1).permute(0, 4, 1, 2, 3)[rows, chosen]
        regrey = regreyed(slices.flatten(0, 1)[..., None], generator)[..., 0]
        return {"volumes": volumes, "slices": regrey.view(2, len(images), self.slices, *regrey.shape[1:])}, None

    def network(self, backbone: Backbone) -> nn.Module:
        return TeacherStudent(backbone, self.outputs)

    def loss(self, outputs: Tensors, targets: Tensors = None) -> torch.Tensor:
        """The mean over all pairs of a teacher's and a student's view that are not the same volume."""
        said = functional.log_softmax(outputs["student"].float() / _STUDENT_TEMPERATURE, dim=-1)
        told = outputs["teacher"]
        pairs = [(a, b) for a in range(len(told)) for b in range(len(said)) if a != b]
        return torch.stack([-(told[a] * said[b]).sum(-1).mean() for a, b in pairs]).mean()

    def after_step(self, network: nn.Module, step: int) -> None:
        """The teacher takes 0.4 % of the student."""
        assert isinstance(network, TeacherStudent)
        network.follow()

    def _rows(self, images: torch.Tensor, generator: torch.Generator) -> list[Row]:
        inputs, _ = self.make(images, generator)
        one, other = inputs["volumes"][:, 0, 0]
        middle = images.shape[4] // 2
        patch = Panel(images[0, 0], "axial", middle)
        slices = inputs["slices"][0, 0, 0, 0][..., None]
        shown = "what the teacher says to this, view"
        return [
            (patch, Panel(one, "axial", middle, "view A, a volume"), Panel(other, "axial", middle, f"{shown} B")),
            (patch, Panel(other, "axial", middle, "view B, a volume"), Panel(one, "axial", middle, f"{shown} A")),
            (
                patch,
                Panel(slices, "axial", 0, f"one of {self.slices} slices of view A"),
                Panel(one, "axial", middle, f"{shown} A,\nand to view B"),
            ),
        ]
