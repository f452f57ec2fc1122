"""A network moved over a volume window by window, in memory that does not grow with the volume's longest side."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import nn

from atlas_lab.learning.inference.windows import Place, blending_weights, chunks, cut, is_seen, padded, starts
from atlas_lab.learning.patches import windowed
from atlas_lab.learning.training.plan import best_precision

Size = tuple[int, int, int]
NOTHING = -30.0  # the logit where no window looked: nothing is there


@dataclass(frozen=True)
class Slab:
    """Part of the blended logits: from voxel `first` on along `axis`, whole along the others.

    `sums` (classes, X, Y, Z) are logits times `weights` (X, Y, Z), which are 0 where no window looked. Both are valid
    until the next slab is asked for.
    """

    first: int
    axis: int
    sums: torch.Tensor
    weights: torch.Tensor

    @cached_property
    def logits(self) -> torch.Tensor:
        """The means, float32 (classes, X, Y, Z), `NOTHING` where no window looked."""
        return torch.where(self.weights > 0, self.sums / self.weights, NOTHING)

    def probability(self, c: int) -> torch.Tensor:
        """That of one class as uint8 (X, Y, Z), p = value / 255."""
        mean = torch.where(self.weights > 0, self.sums[c] / self.weights, NOTHING)
        return mean.sigmoid_().mul_(255).round_().to(torch.uint8)

    @property
    def inside(self) -> torch.Tensor:
        """Where the logits are above 0, bool (classes, X, Y, Z): their sums tell, without a division."""
        return self.sums > 0


def sliding_window(
    network: nn.Module,
    hu: np.ndarray,
    window: tuple[float, float],
    patch: Size,
    *,
    overlap: float = 0.5,
    batch_size: int = 1,
    flips: Sequence[int] = (),
) -> Iterator[Slab]:
    """The blended logits of a CT (X, Y, Z), int16 HU, slab by slab along its longest side, on the network's device.

    Windows of `patch` voxels overlap by that share, and are weighted by a Gaussian so that their edges do not show. HU
    from `window[0]` to `window[1]` become [0, 1] as in training. Windows of nothing but air are not looked at. Each is
    seen mirrored too, along every choice of the axes `flips` (0, 1, 2), and the logits are averaged. What is held is one
    window's thickness of logits. The network is used as it is: call `eval()` before.
    """
    device = next(network.parameters()).device
    scan = padded(hu, patch)
    axis = int(np.argmax(scan.shape))
    along = starts(scan.shape, patch, overlap)
    places = list(itertools.product(*along))
    held = [patch[a] if a == axis else scan.shape[a] for a in range(3)]
    blend = blending_weights(patch).to(device)
    weights = torch.zeros(held, device=device)
    sums: torch.Tensor | None = None
    for first, following in itertools.pairwise([*along[axis], scan.shape[axis]]):
        seen = [place for place in places if place[axis] == first and is_seen(cut(scan, place, patch), window)]
        with torch.no_grad(), _half_precision(device):
            for chunk in chunks(seen, batch_size):
                logits = _looked_at(network, [cut(scan, place, patch) for place in chunk], window, device, flips)
                if sums is None:
                    sums = torch.zeros((logits.shape[1], *held), device=device)
                for place, one in zip(chunk, logits, strict=True):
                    box = _box(place, patch, axis)
                    for total, of_class in zip(sums[:, *box], one, strict=True):  # all at once would need a second float copy
                        total.addcmul_(of_class.float(), blend)
                    weights[box] += blend
        done = following - first
        if sums is not None:
            inner = [slice(0, min(done, hu.shape[a] - first)) if a == axis else slice(0, hu.shape[a]) for a in range(3)]
            yield Slab(first, axis, sums[:, *inner], weights[*inner])
            for one in sums:  # class by class, so that no second set of sums is held
                _move_on(one, axis, done)
        _move_on(weights, axis, done)


def _half_precision(device: torch.device) -> torch.autocast:
    half = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}.get(best_precision(device))
    return torch.autocast(device.type, dtype=half, enabled=half is not None)


def _looked_at(
    network: nn.Module, crops: list[np.ndarray], window: tuple[float, float], device: torch.device, flips: Sequence[int]
) -> torch.Tensor:
    """Logits (windows, classes, *patch), the mean over all mirrored copies."""
    images = windowed(torch.from_numpy(np.stack(crops)).to(device), window)[:, None]
    total: torch.Tensor = network(images)
    copies = [[axis + 2 for axis in axes] for n in range(1, len(flips) + 1) for axes in itertools.combinations(flips, n)]
    if not copies:
        return total
    total = total.float()
    for axes in copies:
        total += network(images.flip(axes)).flip(axes)
    return total / (1 + len(copies))


def _box(place: Place, patch: Size, axis: int) -> tuple[slice, slice, slice]:
    """Where a window lies in what is held, whose planes begin with those of the window."""
    x, y, z = (
        slice(0, side) if a == axis else slice(start, start + side)
        for a, (start, side) in enumerate(zip(place, patch, strict=True))
    )
    return x, y, z


def _move_on(held: torch.Tensor, axis: int, planes: int) -> None:
    """What later windows add to comes to the front, and nothing stands behind it."""
    rest = held.shape[axis] - planes
    held.narrow(axis, 0, rest).copy_(held.narrow(axis, planes, rest).clone())
    held.narrow(axis, rest, planes).zero_()
