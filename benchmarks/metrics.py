"""DSC, NSD, HD95 and ASSD of all labels of a pair of maps, beside the tools of the literature; JIT warm, but for one figure.

panoptica is measured where it is installed. It is no part of the extra `peers`: its versions up to 2.1 need an older NumPy
and pandas than the rest is tested with, so it wants an environment of its own.
"""

import functools
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from atlas_lab.evaluation import CONVENTIONS, score
from benchmarks import metrics_maps, metrics_peers
from benchmarks.measure import in_new_process, interleaved, report, seconds, version
from benchmarks.metrics_cost import plot_cost
from benchmarks.metrics_maps import Pair

_PEAK = """
import sys
from pathlib import Path
import numpy as np
from benchmarks import metrics_peers
from benchmarks.metrics_maps import Pair
from atlas_lab.evaluation import score
maps = np.load(sys.argv[2])
pair = Pair(maps["prediction"], maps["truth"], (1.0, 1.0, 0.5), 1.5, 25)
if sys.argv[1] == "ours":
    score(pair.prediction, pair.truth, pair.spacing, tolerance_mm=pair.tolerance_mm)
else:
    metrics_peers.monai(pair, metrics_peers.one_hot(pair))
status = Path("/proc/self/status").read_text()  # getrusage would say what the starting process once had
print(1024 * int(status.split("VmHWM:")[1].split()[0]))
"""
_COLD = """
import time
start = time.perf_counter()
import sys
import numpy as np
import atlas_lab as al
maps = np.load(sys.argv[1])
al.evaluation.score(maps["prediction"], maps["truth"], (3.0, 3.0, 3.0), tolerance_mm=3.0)
print(time.perf_counter() - start)
"""


def ours(pair: Pair, convention: str = "deepmind") -> np.ndarray:
    """A row of the four metrics a label, in another tool's convention."""
    named = {label: label for label in range(1, pair.count + 1)}
    table = score(
        pair.prediction, pair.truth, pair.spacing, structures=named, tolerance_mm=pair.tolerance_mm, **CONVENTIONS[convention]
    )
    return table[list(metrics_peers.COLUMNS)].to_numpy()


def beside(
    figure: str, pair: Pair, convention: str, peer: Callable[[], np.ndarray], package: str, repeats: int, precision: float
) -> None:
    """One figure: the same numbers first, to `precision` relative to them, then the times."""
    if package == "panoptica":  # its tolerance is the smallest side of a voxel, and it says the means
        pair = replace(pair, tolerance_mm=min(pair.spacing))
    mine, theirs = ours(pair, convention), peer()
    if len(theirs) == 1:
        mine = mine.mean(axis=0, keepdims=True)
    agree = bool(np.allclose(mine, theirs, rtol=precision, atol=precision))
    times = interleaved(lambda: seconds(lambda: ours(pair, convention)), lambda: seconds(peer), repeats)
    report(figure, *times, unit="s", peer_version=version(package), agreement=agree)


def memory(pair: Pair, folder: Path) -> None:
    """Peak memory of a new process that scores the large pair."""
    path = folder / "large.npz"
    np.savez(path, prediction=pair.prediction, truth=pair.truth)
    peaks = [in_new_process(_PEAK, who, str(path), env={**os.environ, "PYTHONPATH": os.getcwd()}) for who in ("ours", "monai")]
    report("metrics.big.memory", *peaks, unit="bytes", peer_version=version("monai"), agreement=True)


def cold(pair: Pair, folder: Path) -> None:
    """Start, import, compiled code from numba's cache, the small pair."""
    path = folder / "small.npz"
    np.savez(path, prediction=pair.prediction, truth=pair.truth)
    taken = sorted(in_new_process(_COLD, str(path)) for _ in range(5))[2]
    report("metrics.small.cold", taken, None, unit="s", peer_version=None, agreement=True)


def main() -> None:
    if not os.environ.get("ATLAS_LAB_TEST_DATA"):
        sys.exit("benchmarks.metrics scores real masks: ATLAS_LAB_TEST_DATA names their folder")
    small, large = metrics_maps.small(), metrics_maps.large()
    for size, pair, repeats in (("small", small, 5), ("big", large, 3)):
        tensors = metrics_peers.one_hot(pair)
        peers = {
            "surface_distance": ("deepmind", lambda p=pair: metrics_peers.surface_distance(p), "surface-distance", 5, 1e-9),
            "exacta": ("deepmind", lambda p=pair: metrics_peers.exacta(p), "exacta", 5, 1e-9),
            "panoptica": ("panoptica", lambda p=pair: metrics_peers.panoptica(p), "panoptica", 5, 1e-6),
            "monai": ("monai", lambda p=pair, t=tensors: metrics_peers.monai(p, t), "monai", repeats, 1e-5),
        }
        for name, arguments in peers.items():
            if not find_spec(name):
                print(f"{name} is not installed: no metrics.{size}.{name}", file=sys.stderr)
                continue
            beside(f"metrics.{size}.{name}", pair, *arguments)
    for name, far in (("halved", metrics_maps.halved(large)), ("elsewhere", metrics_maps.elsewhere(large))):
        peer = functools.partial(metrics_peers.surface_distance, far)
        beside(f"metrics.far.{name}", far, "deepmind", peer, "surface-distance", 3, 1e-9)
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as folder:
        memory(large, Path(folder))
        cold(small, Path(folder))
    plot_cost(large, Path(__file__).parents[1] / "docs" / "metrics_cost.png")


if __name__ == "__main__":
    main()
