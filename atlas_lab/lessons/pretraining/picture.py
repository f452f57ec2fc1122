"""The first three principal components of a bottleneck: as colours on a slice, and as a cloud of voxels by structure."""

from collections.abc import Mapping

import cc3d
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atlas_lab import anatomy
from atlas_lab.figures.planes import cut
from atlas_lab.figures.sheet import INK, Sheet
from atlas_lab.learning.backbones import Backbone
from atlas_lab.learning.patches import SUPREM_WINDOW, PreparedCase, PreparedCases
from atlas_lab.lessons.pretraining.features import bottleneck_at

_SIDE = 2.7  # inches
_BODY_HU = -300.0
_WIDE = (2, 98)  # percentiles that become black and full colour


def feature_picture(
    encoders: Mapping[str, Backbone], features: Mapping[str, np.ndarray], voxels: pd.DataFrame, cases: PreparedCases, case: str
) -> Sheet:
    """A column an encoder. Above, the axial slice of `case` with most structures, red, green and blue the first three
    components; below, `voxels` on the first two, in the colours of their structures.

    `features` are (n, channels) at `voxels` for each encoder (see `bottleneck_at`, `voxels_of`); the components are theirs.
    """
    sheet = Sheet(_SIDE * (len(encoders) + 1), 2 * _SIDE + 0.5)
    axes = sheet.subplots(2, len(encoders) + 1, squeeze=False)
    z = int(np.count_nonzero(cases[case].bits, axis=(0, 1)).argmax())
    _draw_ct(axes[0, 0], cases[case], z)
    _draw_names(axes[1, 0], voxels)
    for column, (name, network) in zip(axes.T[1:], encoders.items(), strict=True):
        turn = _Components(features[name])
        column[0].imshow(_colours(network, turn, cases[case], z), interpolation="nearest")
        column[0].set_title(name.replace("_", " "), color=INK, fontsize=11)
        points = turn(features[name])
        colours = [_colour(structure) for structure in voxels["structure"]]
        column[1].scatter(points[:, 0], points[:, 1], c=colours, s=3, linewidths=0)
        column[1].set_xlim(*np.percentile(points[:, 0], (0.5, 99.5)))
        column[1].set_ylim(*np.percentile(points[:, 1], (0.5, 99.5)))
    for ax in axes.flat:
        ax.set_axis_off()
    return sheet


class _Components:
    """Features turned onto their first three principal components, each feature of SD 1 before."""

    def __init__(self, features: np.ndarray) -> None:
        spread = features.std(axis=0)
        self._middle, self._spread = features.mean(axis=0), np.where(spread > 0, spread, 1)
        self._axes = np.linalg.svd((features - self._middle) / self._spread, full_matrices=False)[2][:3]

    def __call__(self, features: np.ndarray) -> np.ndarray:
        turned: np.ndarray = (features - self._middle) / self._spread @ self._axes.T
        return turned


def _colours(network: Backbone, turn: _Components, case: PreparedCase, z: int) -> np.ndarray:
    """RGB (rows, columns, 3) of an axial slice, black outside the body."""
    x, y = case.shape[:2]
    every = np.stack(np.meshgrid(np.arange(x), np.arange(y), [z], indexing="ij"), axis=-1).reshape(-1, 3)
    components = turn(bottleneck_at(network, case.hu, every)).reshape(x, y, 1, 3)
    body = cc3d.largest_k(np.asarray(case.hu[:, :, z : z + 1]) > _BODY_HU, k=1, connectivity=6) > 0
    low, high = np.percentile(components[body], _WIDE, axis=0)
    shown = np.clip((components - low) / np.maximum(high - low, 1e-9), 0, 1) * body[..., None]
    return np.stack([cut(shown[..., channel], "axial", 0) for channel in range(3)], axis=-1)


def _draw_ct(ax: Axes, case: PreparedCase, z: int) -> None:
    low, high = SUPREM_WINDOW
    ax.imshow(cut(np.asarray(case.hu[:, :, z : z + 1]), "axial", 0), cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    ax.set_title("CT", color=INK, fontsize=11)


def _draw_names(ax: Axes, voxels: pd.DataFrame) -> None:
    """The structures in their colours."""
    for name in dict.fromkeys(voxels["structure"]):
        ax.plot([], [], "o", color=_colour(name), label=_words(name))
    ax.legend(loc="center", frameon=False, labelcolor=INK, fontsize=9, handletextpad=0.2)


def _colour(structure: str) -> str:
    return anatomy.BY_NAME[structure].color if structure in anatomy.BY_NAME else INK


def _words(structure: str) -> str:
    return anatomy.BY_NAME[structure].display if structure in anatomy.BY_NAME else structure
