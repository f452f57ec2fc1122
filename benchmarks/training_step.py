"""Seconds of a whole training step beside a plain MONAI + PyTorch loop in the form of SuPreM's published recipe (ICLR 2024).

A step is the data path, augmentation, forward, backward and optimiser. Both sides train the same network (the recipe's
U-Net) from the same weights on 2 patches of the same cases at 1.5 mm, BCE + Dice over 25 classes, AdamW: on a GPU the
published size on patches of 96^3, on a CPU `tiny` (a quarter of its channels) on 64^3, so that it takes a minute. Ours is
`train` with a `Supervised` objective, logging every step. The peer is the recipe as one writes it down: CacheDataset,
dictionary transforms, 25 channels of labels, float32, the losses in PyTorch's functions, Dice over whole volumes (the
published slabs cannot be satisfied). On a CPU that has bfloat16, and on GPUs, ours trains in it by default
(`training.step`); `.float32` is the same in full precision; `.idle` is the share of time a GPU stood still. They agree
where they give one loss for the same logits and both learn (the cross-entropy falls; Dice of a few patches is all chance).
"""

import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from atlas_lab.data import Atlas
from atlas_lab.learning.backbones import Backbone, backbone
from atlas_lab.learning.patches import PreparedCases, prepare
from atlas_lab.learning.supervised import Supervised
from atlas_lab.learning.training import Plan, bce_dice, train
from benchmarks.measure import report, version
from benchmarks.training_patches import BATCH, CLASSES, monai_batches

CASES, REPEATS = 4, 5
GPU = torch.cuda.is_available()
SIZE, SIDE, WORKERS, DEVICE = ("published", 96, 8, "cuda") if GPU else ("tiny", 64, 0, "cpu")
BLOCK = 40 if GPU else 1  # steps of one measurement
Turn = Callable[[float, float], None]


class InBlocks(Supervised):
    """Our objective: after each block of steps the other side has its turn, so that a slow minute hits both."""

    def __init__(self, network: Backbone, cases: PreparedCases, turn: Turn) -> None:
        super().__init__(network, cases, patch=SIDE, batch_size=BATCH, workers=WORKERS)
        self._turn = turn

    def batches(self, start: int, rank: int, ranks: int) -> Iterator[Any]:
        stream = super().batches(start, rank, ranks)
        while True:
            with Clock() as clock:
                yield from islice(stream, BLOCK)
            self._turn(clock.seconds, clock.idle)


class Plain:
    """The peer's loop."""

    def __init__(self, network: nn.Module, cases: PreparedCases) -> None:
        self.network = network.to(DEVICE).train()
        self.optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-5)
        self.stream = monai_batches(cases, single=False, indexed=False, side=SIDE, workers=WORKERS)
        self.bce: list[torch.Tensor] = []

    def block(self) -> "Clock":
        with Clock() as clock:
            for batch in islice(self.stream, BLOCK):
                logits = self.network(batch["image"].to(DEVICE, non_blocking=True))
                bce, dice = plain_losses(logits, batch["label"].to(DEVICE, non_blocking=True))
                self.optimizer.zero_grad()
                (bce + dice).backward()
                self.optimizer.step()
                self.bce.append(bce.detach())
        return clock


def plain_losses(logits: torch.Tensor, label: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """BCE over all classes, Dice over those in the patch."""
    target, axes = label.float(), (2, 3, 4)
    probability, truth = torch.sigmoid(logits), target.sum(axes)
    dice = 1 - 2 * (probability * target).sum(axes) / (probability.sum(axes) + truth + 1)
    present = truth > 0
    return functional.binary_cross_entropy_with_logits(logits, target), (dice * present).sum() / present.sum().clamp(min=1)


class Clock:
    """Seconds of a block, and the share of time (%) in which the GPU did nothing (NaN without one)."""

    seconds, idle = 0.0, float("nan")

    def __enter__(self) -> "Clock":
        self._watching = None
        if GPU:
            torch.cuda.synchronize()
            ask = ["nvidia-smi", "-i", "0", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "100"]
            self._watching = subprocess.Popen(ask, stdout=subprocess.PIPE, text=True)
        self._begun = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        if GPU:
            torch.cuda.synchronize()
        self.seconds = time.perf_counter() - self._begun
        if self._watching:
            self._watching.terminate()
            said = self._watching.communicate()[0].split()
            self.idle = 100 - mean(float(number) for number in said) if said else float("nan")


def same_loss() -> bool:
    """Whether both definitions give one number for the same logits."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 16, 16, 16, generator=generator)
    target = torch.rand(logits.shape, generator=generator) < torch.tensor([0, 0.01, 0.1, 0.5, 1]).view(1, 5, 1, 1, 1)
    ours = bce_dice(logits, target, torch.ones(2, 5, dtype=torch.bool))
    return np.allclose(ours, plain_losses(logits, target), rtol=1e-5)


def falls(losses: list[float]) -> bool:
    """Whether the last third is below the first."""
    third = max(len(losses) // 3, 1)
    return mean(losses[-third:]) < mean(losses[:third])


def compare(figure: str, precision: str, prepared: PreparedCases, folder: Path, peer_version: str) -> None:
    peer = Plain(backbone("unet", len(CLASSES), SIZE), prepared)
    ours: list[float] = []
    theirs: list[Clock] = []
    idle: list[float] = []

    def turn(seconds: float, still: float) -> None:
        ours.append(seconds)
        idle.append(still)
        theirs.append(peer.block())

    objective: Any = InBlocks(backbone("unet", len(CLASSES), SIZE), prepared, turn)
    steps = BLOCK * (REPEATS + 1) + 1  # the first block warms up; the last step ends the last block
    train(objective, Plan(steps=steps, precision=precision, log_every=1), folder)
    bce = pd.read_csv(folder / "steps.csv")["bce"].tolist()
    agree = same_loss() and falls(bce) and falls([float(one) for one in peer.bce])
    told: dict[str, Any] = {"peer_version": peer_version, "agreement": agree}
    report(figure, median(ours[1:]) / BLOCK, median(one.seconds for one in theirs[1:]) / BLOCK, unit="s/step", **told)
    if GPU:
        still = median(idle[1:]), median(one.idle for one in theirs[1:])
        report(f"{figure}.idle", max(still[0], 0.1), max(still[1], 0.1), unit="% of time", **told)


def main() -> None:
    peer_version = f"{version('monai')}, {version('torch')}"
    warnings.filterwarnings("ignore", module="monai")
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name:
        os.environ["ATLAS_LAB_CACHE"] = name
        folder = Path(name)
        prepared = prepare(Atlas.phantom(CASES), CLASSES, folder=folder / "prepared", progress=False)
        compare("training.step", "auto", prepared, folder / "auto", peer_version)
        compare("training.step.float32", "32-true", prepared, folder / "float32", peer_version)


if __name__ == "__main__":
    main()
