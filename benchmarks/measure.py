"""One way to measure: agreement first, then interleaved runs, medians and a ratio above 1 where ours is better."""

import importlib.metadata
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


def seconds(function: Callable[[], Any]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def interleaved(ours: Callable[[], float], peer: Callable[[], float], repeats: int = 5) -> tuple[float, float]:
    """Medians of two measurements taken in turn, so that a slow minute hits both."""
    pairs = [(ours(), peer()) for _ in range(repeats)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def report(
    figure: str, ours: float, peer: float | None, *, unit: str, peer_version: str | None, agreement: bool
) -> dict[str, Any]:
    """Print the figure as one JSON line; `ratio` is peer / ours."""
    line = {
        "figure": figure,
        "ours": round(ours, 5),
        "peer": None if peer is None else round(peer, 5),
        "unit": unit,
        "ratio": None if peer is None else round(peer / ours, 3),
        "peer_version": peer_version,
        "agreement": agreement,
    }
    print(json.dumps(line), flush=True)
    return line


def version(package: str) -> str:
    """`nibabel 5.4.2`; a missing peer ends the benchmark with the extra that brings it."""
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"the peer {package} is not installed: pip install -c constraints.txt 'atlas-lab[peers]'")


def in_new_process(code: str, *arguments: str, env: dict[str, str] | None = None) -> float:
    """Run Python code that prints one number, in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=env)
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.split()[-1])
