"""The death of a large tumour's core (Lai et al., MICCAI 2024): what is crowded around its first cells dies, and spreads it."""

import numpy as np

from atlas_lab.synthesis.automaton.draws import ALL, NEIGHBOURS, draw_key, mix
from atlas_lab.synthesis.automaton.rule import CAPACITY, TRIES

DEAD = CAPACITY + 1  # a population that stands for a dead cell, which is tumour all the same

_STEPS = {"liver": 50, "pancreas": 30, "kidney": 30}  # from more steps on a core may die
_OTHERS = 50
_CORES = (5, 20)  # further places around each first cell, drawn below the second
_DEATH = 1 << 16  # its sweeps' draws are not those of any step of growth


def may_die(organ_name: str, steps: int) -> bool:
    """Whether a tumour grew long enough for its core to die."""
    return steps > _STEPS.get(organ_name, _OTHERS)


def let_die(population: np.ndarray, seeds: np.ndarray, seed: int, steps: int, rng: np.random.Generator) -> None:
    """Set dead cells to `DEAD`, in place: the first cells, some at capacity near them, then a neighbour at capacity of each
    dead cell in every one of steps / 7 + 1 sweeps, found in up to three tries."""
    cells = np.pad(population, 1)
    reach = max(steps // 10 - 2, 1)
    cores = seeds + 1
    near = np.concatenate([core + rng.integers(-reach, reach, (int(rng.integers(*_CORES)), 3)) for core in cores])
    near = near[((near >= 0) & (near < cells.shape)).all(1)]
    near = near[cells[tuple(near.T)] == CAPACITY]
    cores = cores[cells[tuple(cores.T)] > 0]
    cells[tuple(cores.T)] = DEAD
    cells[tuple(near.T)] = DEAD
    flat = cells.reshape(-1)
    around = np.arange(NEIGHBOURS)
    offsets = ((around // 9 - 1) * cells.shape[1] + around // 3 % 3 - 1) * cells.shape[2] + around % 3 - 1
    dead = np.flatnonzero(flat == DEAD)
    for sweep in range(steps // 7 + 1):
        trying, dying = dead, []
        for attempt in range(TRIES):
            draw = mix(mix(trying) ^ draw_key(seed, _DEATH + sweep, attempt)) * NEIGHBOURS
            target = trying + offsets[draw // ALL]
            hit = flat[target] == CAPACITY
            dying.append(target[hit])
            trying = trying[~hit]
        newly = np.unique(np.concatenate(dying))
        flat[newly] = DEAD
        dead = np.concatenate([dead, newly])
    population[...] = cells[1:-1, 1:-1, 1:-1]
