"""The first cells of a tumour."""

import numpy as np

from atlas_lab.synthesis.automaton.rule import BARRIER, WALL

SEEDS = ("published", "single")
REACH_CELLS = 10  # a satellite is at most so far away on each axis

_LOBULATED = 1 / 3
_SATELLITES = (3, 11)  # drawn below the second
_LOBES_FROM = 3.0  # cells: a tumour of a smaller radius is too small for lobes
_WITHIN = 0.6  # of the radius that is asked for, so that satellites grow into one tumour


def first_cells(ground: np.ndarray, centre: np.ndarray, radius: float, seeds: str, rng: np.random.Generator) -> np.ndarray:
    """Places of the first cells in a block of ground, int (n, 3); none where nothing near `centre` is open ground.

    One cell, the open one nearest to `centre`. `published` adds, in one tumour of three, 3 to 10 satellites up to 10 cells
    away on each axis (Lai et al., MICCAI 2024), here no farther than the tumour's `radius` (cells) allows. The 1 to 9 seeds
    that the release scatters over an organ are as many tumours, and the caller's to count.
    """
    near = tuple(slice(max(c - REACH_CELLS, 0), c + REACH_CELLS + 1) for c in centre.tolist())
    at = np.argwhere(_open(ground[near])) + [part.start for part in near]
    if not len(at):
        return at
    core = at[((at - centre) ** 2).sum(1).argmin()][None]
    if seeds == "single" or radius < _LOBES_FROM or rng.random() >= _LOBULATED:
        return core
    reach = int(np.clip(_WITHIN * radius, 1, REACH_CELLS))
    satellites = core + rng.integers(-reach, reach, (int(rng.integers(*_SATELLITES)), 3))
    satellites = satellites[((satellites >= 1) & (satellites < np.array(ground.shape) - 1)).all(1)]
    return np.unique(np.concatenate([core, satellites[_open(ground[tuple(satellites.T)])]]), axis=0)


def _open(ground: np.ndarray) -> np.ndarray:
    return (ground != WALL) & (ground < BARRIER)
