"""A network moved over a volume window by window, in memory that does not grow with the volume's longest side."""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from atlas_lab.learning.training.plan import best_precision

Size = tuple[int, int, int]
AIR = -1024  # HU of what lies beside a volume that is smaller than a window
NOTHING = -30.0  # the logit where no window looked: nothing is there
_SIGMA = 0.125  # of the blending weights, in shares of a window; as MONAI and nnU-Net have it
_LEAST = 1e-3
_SEEN = 1e-3  # a window with a smaller share of voxels above the lowest HU is air


class Slab(NamedTuple):
    """Logits (classes, n, Y, Z) of the n planes from `first` on."""

    first: int
    logits: torch.Tensor


def sliding_window(
    network: nn.Module, hu: np.ndarray, window: tuple[float, float], patch: Size, *, overlap: float = 0.5, batch_size: int = 1
) -> Iterator[Slab]:
    """The blended logits of a CT (X, Y, Z), int16 HU, slab by slab along x, on the network's device.

    Windows of `patch` voxels overlap by that share, and are weighted by a Gaussian so that their edges do not show. HU
    from `window[0]` to `window[1]` become [0, 1] as in training. Windows of nothing but air are not looked at. What is
    held is one window's thickness of logits. The network is used as it is: call `eval()` before.
    """
    device = next(network.parameters()).device
    padded = _padded(hu, patch)
    starts = [_starts(size, side, overlap) for size, side in zip(padded.shape, patch, strict=True)]
    weight = _weights(patch).to(device)
    sums: torch.Tensor | None = None
    total = torch.zeros((patch[0], *padded.shape[1:]), device=device)
    for first, following in itertools.pairwise([*starts[0], padded.shape[0]]):
        seen = [place for place in itertools.product([first], *starts[1:]) if _is_seen(_cut(padded, place, patch), window)]
        for chunk in _chunks(seen, batch_size):
            logits = _logits(network, [_cut(padded, place, patch) for place in chunk], window, device)
            if sums is None:
                sums = torch.zeros((logits.shape[1], *total.shape), device=device)
            for (_, y, z), one in zip(chunk, logits, strict=True):
                sums[:, :, y : y + patch[1], z : z + patch[2]].addcmul_(one, weight)
                total[:, y : y + patch[1], z : z + patch[2]] += weight
        done = following - first
        if sums is not None:
            yield Slab(first, _trimmed(torch.where(total[:done] > 0, sums[:, :done] / total[:done], NOTHING), first, hu.shape))
            _move_on(sums, done)
        total = torch.cat([total[done:], torch.zeros_like(total[:done])])


def _starts(size: int, side: int, overlap: float) -> list[int]:
    """Where windows begin: a step of a share of the window, the last one at the end."""
    step = max(int(side * (1 - overlap)), 1)
    return [min(step * number, size - side) for number in range(math.ceil((size - side) / step) + 1)]


def _weights(patch: Size) -> torch.Tensor:
    sides = []
    for side in patch:
        from_middle = (torch.arange(side) - (side - 1) / 2) / (_SIGMA * side)
        sides.append(torch.exp(-0.5 * from_middle**2))
    return torch.einsum("i,j,k->ijk", *sides).clamp_min(_LEAST)


def _padded(hu: np.ndarray, patch: Size) -> np.ndarray:
    more = [(0, max(side - size, 0)) for size, side in zip(hu.shape, patch, strict=True)]
    return np.pad(hu, more, constant_values=AIR) if any(after for _, after in more) else hu


def _cut(hu: np.ndarray, place: tuple[int, ...], patch: Size) -> np.ndarray:
    return hu[tuple(slice(start, start + side) for start, side in zip(place, patch, strict=True))]


def _is_seen(hu: np.ndarray, window: tuple[float, float]) -> bool:
    return bool(np.count_nonzero(hu > window[0]) > _SEEN * hu.size)


def _logits(network: nn.Module, crops: list[np.ndarray], window: tuple[float, float], device: torch.device) -> torch.Tensor:
    low, high = window
    images = torch.from_numpy(np.stack(crops)).to(device).float().sub_(low).div_(high - low).clamp_(0, 1)[:, None]
    half = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}.get(best_precision(device))
    with torch.inference_mode(), torch.autocast(device.type, dtype=half, enabled=half is not None):
        logits: torch.Tensor = network(images)
    return logits.float()


def _move_on(sums: torch.Tensor, planes: int) -> None:
    """What later windows add to comes to the front; a copy a class, so that no second set of sums is held."""
    for one in sums:
        one[: one.shape[0] - planes] = one[planes:].clone()
        one[one.shape[0] - planes :] = 0


def _trimmed(logits: torch.Tensor, first: int, shape: tuple[int, ...]) -> torch.Tensor:
    """Without what was padded."""
    return logits[:, : shape[0] - first, : shape[1], : shape[2]]


def _chunks(places: list[tuple[int, ...]], size: int) -> Iterator[list[tuple[int, ...]]]:
    for start in range(0, len(places), size):
        yield places[start : start + size]
