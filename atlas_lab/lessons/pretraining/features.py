"""What an encoder says of a voxel: its bottleneck there, between the coarse cells it comes in."""

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from atlas_lab.learning.backbones import Backbone, backbone
from atlas_lab.learning.patches import SUPREM_WINDOW, PreparedCases
from atlas_lab.learning.starting import SCRATCH, Origin, Start, initialise
from atlas_lab.learning.training.plan import best_precision

_WINDOW, _MARGIN = 128, 32  # voxels: what the encoder sees at once, and what it sees around a voxel in a larger CT

Box = tuple[slice, slice, slice]


def encoder(start: Start = SCRATCH, name: str = "unet", size: str = "tiny", *, seed: int = 0) -> Backbone:
    """A backbone with the weights of a training, or as it was drawn; on the GPU where there is one.

    InputError: no such training, one of another backbone.
    """
    made = backbone(name, 1, size, seed=seed)
    initialise(made, Origin.of(start))
    return made.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def bottlenecks(network: Backbone, cases: PreparedCases, voxels: pd.DataFrame) -> np.ndarray:
    """The bottleneck's features at each of `voxels` (columns case, x, y, z): float32 (n, channels); see `bottleneck_at`."""
    found = np.zeros((len(voxels), network.bottleneck_channels), np.float32)
    where = voxels[["x", "y", "z"]].to_numpy()
    for id, rows in voxels.groupby("case", sort=False).indices.items():
        found[rows] = bottleneck_at(network, cases[str(id)].hu, where[rows])
    return found


@torch.no_grad()
def bottleneck_at(
    network: Backbone, hu: np.ndarray, voxels: np.ndarray, window: tuple[float, float] = SUPREM_WINDOW
) -> np.ndarray:
    """The bottleneck's features at voxels (n, 3) of a CT on the training grid: float32 (n, channels).

    Linear between the cells of the bottleneck. A CT of more than 128 voxels along an axis is seen in windows, each voxel
    with at least 32 around it where the CT has them.
    """
    device = next(network.parameters()).device
    found = np.zeros((len(voxels), network.bottleneck_channels), np.float32)
    for core, seen in _windows(hu.shape, network.divisor):
        inside = np.all([(voxels[:, a] >= core[a].start) & (voxels[:, a] < core[a].stop) for a in range(3)], axis=0)
        if not inside.any():
            continue
        image = _image(hu, seen, window).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=best_precision(device) == "bf16-mixed"):
            cells = network.bottleneck(image)
        start, sides = np.array([side.start for side in seen]), np.array(image.shape[2:])
        where = torch.from_numpy((2 * (voxels[inside] - start) + 1) / sides - 1).float().to(device)
        grid = where.flip(1).view(1, 1, 1, -1, 3)  # grid_sample names the last axis first
        at = functional.grid_sample(cells.float(), grid, padding_mode="border", align_corners=False)
        found[inside] = at[0, :, 0, 0].T.cpu().numpy()
    return found


def _image(hu: np.ndarray, seen: Box, window: tuple[float, float]) -> torch.Tensor:
    """(1, 1, x, y, z) in [0, 1]; air beyond the end of the CT."""
    low, high = window
    part = torch.from_numpy(np.array(hu[seen], np.float32)).sub_(low).div_(high - low).clamp_(0, 1)
    beyond = [side.stop - side.start - length for side, length in zip(seen, part.shape, strict=True)]
    return functional.pad(part, (0, beyond[2], 0, beyond[1], 0, beyond[0]))[None, None]


def _windows(shape: tuple[int, ...], divisor: int) -> Iterator[tuple[Box, Box]]:
    """The voxels that are asked of a window, and what the window sees; it may end beyond the CT."""
    axes = []
    for side in shape:
        whole = max(-(-side // divisor), 2) * divisor
        if whole <= _WINDOW:
            axes.append([(slice(0, side), slice(0, whole))])
            continue
        step = _WINDOW - 2 * _MARGIN
        starts = [min(max(first - _MARGIN, 0), whole - _WINDOW) for first in range(0, side, step)]
        axes.append([(slice(k * step, min((k + 1) * step, side)), slice(s, s + _WINDOW)) for k, s in enumerate(starts)])
    for x, y, z in itertools.product(*axes):
        yield (x[0], y[0], z[0]), (x[1], y[1], z[1])
