"""A small convolutional network as an observer: it sees texture, edges and surroundings too."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

_STRONG_HU = 100.0  # HU that the network sees as 1
_CLIP_HU = 300.0


@dataclass(frozen=True)
class Cnn:
    """About 24 thousand weights, trained anew on each fold for `steps` batches of `batch` lesions.

    It is shown planes through the middle of a lesion, each with its neighbour on both sides (2.5-D): in training one along
    a random axis, turned and mirrored; a lesion's score is the mean over all three. Trained on a CPU in seconds, the
    same for the same seed.
    """

    steps: int = 120
    batch: int = 16
    rate: float = 3e-3

    def scores(self, train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
        """How synthetic each of `test` (n, x, y, z) looks, float (n,), from `train` whose bool `labels` say synthetic."""
        known, asked = (torch.from_numpy(_planes(crops)) for crops in (train, test))
        sides = torch.from_numpy(labels.astype(np.float32))
        rng = np.random.default_rng(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # of the first weights
            network = _network()
        optimizer = torch.optim.AdamW(network.parameters(), lr=self.rate, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.rate, total_steps=self.steps)
        halves = [np.flatnonzero(labels == side) for side in (False, True)]
        for _ in range(self.steps):
            rows = np.concatenate([rng.choice(half, self.batch // 2) for half in halves])  # even, however many there are
            shown = known[rows, rng.integers(3, size=len(rows))]
            loss = nn.functional.binary_cross_entropy_with_logits(network(_turned(shown, rng)).squeeze(1), sides[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        network.eval()
        with torch.inference_mode():
            scores: np.ndarray = network(asked.flatten(0, 1)).reshape(len(asked), -1).mean(dim=1).double().numpy()
        return scores


def _planes(crops: np.ndarray) -> np.ndarray:
    """(n, 3 axes, 3 neighbouring planes, side, side), float32 around 0."""
    middle = crops.shape[1] // 2
    near = slice(middle - 1, middle + 2)
    cut = [np.moveaxis(crops, axis, 1)[:, near] for axis in (1, 2, 3)]
    return np.ascontiguousarray(np.clip(np.stack(cut, axis=1), -_CLIP_HU, _CLIP_HU) / _STRONG_HU, dtype=np.float32)


def _turned(planes: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    planes = planes.flip([axis for axis in (1, 2, 3) if rng.random() < 0.5])
    return planes.transpose(2, 3) if rng.random() < 0.5 else planes


def _network() -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in ((3, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))
