"""A tumour of the cellular automaton of 30 and of 150 steps, beside a straight sweep over the whole organ.

The peer is stated anew in `synthesis_automaton_peer`. Both grow one seed on the same tissue, and both end with HU: ours in
the tumour's own box, and with its history; the peer is given its texture, which the original has in a bank that it makes at
its start. The figures ending in `sweeps` set all of ours beside the peer's sweeps alone. They agree where both have the
published rule's radius within 10 %. The organ has the size of the real liver whose sweep was measured (202 × 188 × 90 voxels
of 1 mm), and is uniform, as the tissue of the published radii is.
"""

import functools
import os
import sys

import numpy as np

from atlas_lab.synthesis.automaton import Automaton
from atlas_lab.synthesis.tissue import Growth, Site, Tissue
from benchmarks import synthesis_automaton_peer as peer
from benchmarks.measure import in_new_process, interleaved, report, seconds, version

SHAPE = (202, 188, 90)
RADII = {30: 6.0, 150: 33.9}  # voxels after so many steps, of the published rule on uniform tissue
WITHIN = 0.1

_PEAK = """
import ctypes, sys
from pathlib import Path
from benchmarks import synthesis_automaton as bench
run, steps = {"ours": bench.ours, "peer": bench.theirs}[sys.argv[1]], int(sys.argv[2])
organ = bench.liver()
run(organ, 2)  # what is compiled, imported or made once is not the tumour's
ctypes.CDLL(None).malloc_trim(0)
status = lambda name: 1024 * int(Path("/proc/self/status").read_text().split(name)[1].split()[0])
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
before = status("VmRSS:")
run(organ, steps)
print(status("VmHWM:") - before)
"""
_NO_REUSE = {"MALLOC_MMAP_THRESHOLD_": "65536"}  # arrays that are freed go back to the system


@functools.cache
def liver() -> Tissue:
    """An ellipsoid of 105 HU with little noise, in fat: every voxel is of the lowest level."""
    offsets = np.ogrid[tuple(slice(-1, 1, n * 1j) for n in SHAPE)]
    organ = sum(offset**2 for offset in offsets) < 1
    noise = np.random.default_rng(0).normal(0, 2, SHAPE)
    hu = np.rint(np.where(organ, 105, -100) + noise).astype(np.int16)
    return Tissue(hu, organ, np.zeros(SHAPE, bool), (1.0, 1.0, 1.0), "liver", "liver", "portal", 105.0, 2.0)


def ours(tissue: Tissue, steps: int) -> Growth:
    """One tumour by atlas_lab, its history with it."""
    method = Automaton(steps=steps, levels="published", seeds="single", necrosis=0.0)
    return method.grow(tissue, Site(_middle(tissue), 2 * RADII.get(steps, 6.0)), np.random.default_rng(1))


@functools.cache
def texture() -> np.ndarray:
    """One of the peer's bank."""
    return peer.texture(SHAPE, np.random.default_rng(0))


def theirs(tissue: Tissue, steps: int) -> np.ndarray:
    """One tumour by the peer: the whole organ's population."""
    population, _ = peer.synthesise(tissue.hu, tissue.organ, _middle(tissue), texture(), steps, seed=1)
    return population


def sweeps(tissue: Tissue, steps: int) -> None:
    """The peer's growth alone."""
    density, state = np.full(SHAPE, int(peer.LOW), np.int32), np.where(tissue.organ, 0, int(peer.OUT)).astype(np.int32)
    state[_middle(tissue)] = 5
    peer.grow(density, state, steps, seed=1)


def as_published(voxels: int, steps: int) -> bool:
    """Whether a tumour has the published rule's equivalent radius."""
    radius = (3 * voxels / (4 * np.pi)) ** (1 / 3)
    return bool(abs(radius / RADII[steps] - 1) <= WITHIN)


def figures(steps: int, repeats: int) -> None:
    """Time and memory of one tumour."""
    tissue = liver()
    agreement = as_published(ours(tissue, steps).mask.sum(), steps) and as_published(
        np.count_nonzero(theirs(tissue, steps)), steps
    )
    rule = f"{version('numba')}, whole organ"
    for figure, alternative in ((f"synthesis.automaton.{steps}", theirs), (f"synthesis.automaton.{steps}.sweeps", sweeps)):
        times = interleaved(
            lambda: seconds(lambda: ours(tissue, steps)),
            lambda alternative=alternative: seconds(lambda: alternative(tissue, steps)),
            repeats,
        )
        report(figure, *times, unit="s", peer_version=rule, agreement=agreement)
    env = {**os.environ, **_NO_REUSE, "PYTHONPATH": os.getcwd()}
    peaks = (in_new_process(_PEAK, who, str(steps), env=env) for who in ("ours", "peer"))
    report(f"synthesis.automaton.{steps}.memory", *peaks, unit="bytes", peer_version=rule, agreement=agreement)


def _middle(tissue: Tissue) -> tuple[int, int, int]:
    x, y, z = (n // 2 for n in tissue.shape)
    return x, y, z


def main() -> None:
    if not sys.platform.startswith("linux"):
        sys.exit("synthesis_automaton reads peak memory from /proc: run it on Linux")
    figures(30, repeats=5)
    figures(150, repeats=5)


if __name__ == "__main__":
    main()
