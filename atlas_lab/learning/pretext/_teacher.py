"""A student and a teacher of one kind: the teacher is the student's running mean."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
import torch.distributed
from torch import nn
from torch.nn import functional

from atlas_lab.learning.pretext._heads import fitted, pooled

if TYPE_CHECKING:
    from atlas_lab.learning.backbones import Backbone

_TEACHER_TEMPERATURE = 0.04
_CENTRE_MOMENTUM, _TEACHER_MOMENTUM = 0.9, 0.996
_HIDDEN, _NARROW = 2048, 256  # of DINO's head (Caron et al., ICCV 2021)


class Projector(nn.Module):
    """A backbone and DINO's head: three layers, length 1, then the cosines with as many directions as there are outputs."""

    def __init__(self, backbone: Backbone, outputs: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(
            nn.Linear(backbone.bottleneck_channels, _HIDDEN),
            nn.GELU(),
            nn.Linear(_HIDDEN, _HIDDEN),
            nn.GELU(),
            nn.Linear(_HIDDEN, _NARROW),
        )
        self.directions = nn.Linear(_NARROW, outputs, bias=False)

    def forward(self, volumes: torch.Tensor) -> torch.Tensor:
        """(B, 1, X, Y, Z) → (B, outputs)."""
        return self.answer(pooled(self.backbone, fitted(volumes, self.backbone.divisor)))

    def of_slices(self, slices: torch.Tensor) -> torch.Tensor:
        """(B, n, 1, X, Y) → (B, outputs), from the mean of the slices' features."""
        thin = slices.flatten(0, 1)[..., None].expand(*(-1,) * 4, self.backbone.divisor)
        thin = fitted(thin, self.backbone.divisor, least=1)
        of_slices: Any = getattr(self.backbone, "slice_features", None)
        features = of_slices(thin[..., 0]).flatten(2).mean(2) if of_slices else pooled(self.backbone, thin)
        return self.answer(features.view(*slices.shape[:2], -1).mean(1))

    def answer(self, features: torch.Tensor) -> torch.Tensor:
        return functional.linear(
            functional.normalize(self.head(features), dim=-1), functional.normalize(self.directions.weight, dim=-1)
        ).float()


class TeacherStudent(nn.Module):
    centre: torch.Tensor

    def __init__(self, backbone: Backbone, outputs: int) -> None:
        super().__init__()
        self.student = Projector(backbone, outputs)
        self.teacher = copy.deepcopy(self.student).requires_grad_(False)
        self.register_buffer("centre", torch.zeros(outputs))

    @property
    def backbone(self) -> Backbone:
        return self.student.backbone

    def forward(self, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """`student` logits (4, B, outputs), two volumes and the slices of each; `teacher` probabilities (2, B, outputs).

        In training the centre moves towards the teacher's mean after it was used.
        """
        volumes, slices = inputs["volumes"], inputs["slices"]
        shape = volumes.shape[:2]
        with torch.no_grad():
            told = self.teacher(volumes.flatten(0, 1))
            answers = functional.softmax((told - self.centre) / _TEACHER_TEMPERATURE, dim=-1)
            if self.training:
                self.centre.lerp_(_over_processes(told.mean(0)), 1 - _CENTRE_MOMENTUM)
        said = torch.cat([self.student(volumes.flatten(0, 1)), self.student.of_slices(slices.flatten(0, 1))])
        return {"student": said.view(4, shape[1], -1), "teacher": answers.view(*shape, -1)}

    @torch.no_grad()
    def follow(self) -> None:
        for mine, his in zip(self.teacher.parameters(), self.student.parameters(), strict=True):
            mine.lerp_(his, 1 - _TEACHER_MOMENTUM)


def _over_processes(mean: torch.Tensor) -> torch.Tensor:
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.all_reduce(mean)
        mean = mean / torch.distributed.get_world_size()
    return mean
