"""Two maps' surfaces, label by label: distances of each to the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas_lab.evaluation.conventions import Surface
from atlas_lab.evaluation.surfaces.areas import surfel_areas
from atlas_lab.evaluation.surfaces.emit import by_owner, corner_surfels, edge_voxels
from atlas_lab.evaluation.surfaces.nearest import distances
from atlas_lab.evaluation.surfaces.weighted import Distances

Spacing = tuple[float, float, float]


@dataclass(frozen=True)
class SurfacePair:
    """Where the surface of a prediction is from that of the truth, and the other way round."""

    prediction: Distances
    truth: Distances


NO_SURFACES = SurfacePair(Distances(np.empty(0), np.empty(0)), Distances(np.empty(0), np.empty(0)))


def surfaces(
    prediction: np.ndarray,
    truth: np.ndarray,
    labels: np.ndarray,
    spacing: Spacing,
    surface: Surface,
    run: Callable[..., Any] = map,
) -> Iterator[SurfacePair]:
    """A pair of surfaces for each of `labels`, in their order.

    Both maps are C-ordered arrays of the same unsigned dtype (i, j, k); labels are numbers in them, above 0; `spacing` is in
    mm along i, j and k. `run` maps a function over a list as `map` does; that of a pool of threads computes side by side.
    """
    count = int(labels.max(initial=0)) + 1
    wanted = np.zeros(int(np.iinfo(truth.dtype).max) + 1, bool)
    wanted[labels] = True
    ours, theirs = run(lambda map: _Elements(map, wanted, count, spacing, surface), [prediction, truth])
    yield from run(lambda label: _pair(ours, theirs, label, spacing), labels.tolist())


class _Elements:
    """All surface elements of one map, sorted by label."""

    def __init__(self, map: np.ndarray, wanted: np.ndarray, count: int, spacing: Spacing, surface: Surface) -> None:
        corners = surface == "corner_surfel"
        found = corner_surfels(map, wanted) if corners else edge_voxels(map, wanted)
        self.weights = surfel_areas(spacing) if corners else np.ones(256)
        self.starts, self.codes, self.places = by_owner(*found, np.array(map.shape), count)

    def of(self, label: int) -> tuple[np.ndarray, np.ndarray]:
        """Grid indices (n, 3) and weights of one label's elements."""
        part = slice(self.starts[label], self.starts[label + 1])
        return self.places[part], self.weights[self.codes[part]]


def _pair(prediction: _Elements, truth: _Elements, label: int, spacing: Spacing) -> SurfacePair:
    (ours, our_weights), (theirs, their_weights) = prediction.of(label), truth.of(label)
    return SurfacePair(
        Distances(distances(ours, theirs, spacing), our_weights),
        Distances(distances(theirs, ours, spacing), their_weights),
    )
