"""What scoring costs: seconds against the labels that a map of one size has, and against the surface in it."""

import statistics
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from atlas_lab.evaluation import score
from atlas_lab.evaluation.surfaces import surfaces
from benchmarks import metrics_peers
from benchmarks.measure import seconds
from benchmarks.metrics_maps import Pair

LABELS = (1, 3, 8, 25)


def plot_cost(pair: Pair, path: Path) -> None:
    """Times ours and surface-distance on the pair with its first few labels, and with more voxels around it; writes a PNG."""
    few = [_with_labels(pair, count) for count in LABELS]
    wide = [_within(pair, factor) for factor in (1.0, 1.5, 2.0)]
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.plot(LABELS, [_ours(one) for one in few], "o-", label="atlas_lab")
    left.plot(
        LABELS, [seconds(lambda one=one: metrics_peers.surface_distance(one)) for one in few], "s--", label="surface-distance"
    )
    left.set(xlabel="labels in a map of 20 million voxels", ylabel="seconds", yscale="log", title="More labels")
    left.legend()
    elements = [_elements(one) / 1e6 for one in few]
    right.plot(elements, [_ours(one) for one in few], "o-", label="20 million voxels, 1 to 25 labels")
    volumes = ", ".join(f"{one.truth.size / 1e6:.0f}" for one in wide)
    right.scatter(
        [elements[-1]] * len(wide),
        [_ours(one) for one in wide],
        marker="^",
        color="C1",
        zorder=3,
        label=f"25 labels in {volumes} million voxels",
    )
    right.set(xlabel="million surface elements", ylabel="seconds", title="More surface")
    right.set_ylim(0)
    right.legend(fontsize=8)
    plt.savefig(path, dpi=120)


def _ours(pair: Pair) -> float:
    def run() -> None:
        score(pair.prediction, pair.truth, pair.spacing, tolerance_mm=pair.tolerance_mm)

    return statistics.median(seconds(run) for _ in range(5))


def _with_labels(pair: Pair, count: int) -> Pair:
    """The pair with its `count` first labels only."""
    kept = [np.where(map <= count, map, 0) for map in (pair.prediction, pair.truth)]
    return Pair(kept[0], kept[1], pair.spacing, pair.tolerance_mm, count)


def _within(pair: Pair, factor: float) -> Pair:
    """The pair in the middle of a map of `factor` times its voxels."""
    more = round(pair.truth.shape[0] * (factor - 1))
    wide = [np.pad(map, ((more // 2, more - more // 2), (0, 0), (0, 0))) for map in (pair.prediction, pair.truth)]
    return Pair(wide[0], wide[1], pair.spacing, pair.tolerance_mm, pair.count)


def _elements(pair: Pair) -> int:
    found = surfaces(pair.prediction, pair.truth, np.arange(1, pair.count + 1), pair.spacing, "corner_surfel")
    return sum(one.prediction.mm.size + one.truth.mm.size for one in found)
