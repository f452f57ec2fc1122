"""The rule on a CPU, compiled: the same bits as `tensor.TensorCells`, cell by cell over the list of those that can still act."""

from collections.abc import Sequence

import numba
import numpy as np

from atlas_lab.synthesis.automaton.draws import ALL, NEIGHBOURS, mix
from atlas_lab.synthesis.automaton.rule import ACCEPTANCE, BARRIER, BARRIER_HOLDS, CAPACITY, MATURE, OPEN, TRIES, WALL

_mix = numba.njit(mix)
_ACCEPTED = np.array([0] + [round(chance * ALL) for chance in ACCEPTANCE], np.int64)  # by ground


class CompiledCells:
    """Cells in a box of the grid: uint8 `population` and `ground`, changed in place by every step.

    `corner` is the box's first cell in the grid, `full` the grid's shape: they make a cell's number, which the draws hang on.
    """

    def __init__(
        self, population: np.ndarray, ground: np.ndarray, corner: tuple[int, int, int], full: tuple[int, int, int]
    ) -> None:
        self._population, self._ground = population, ground
        self._corner, self._full = np.array(corner), np.array(full)
        self._received = np.zeros(population.size, np.uint8)
        self._active = np.flatnonzero(population).astype(np.int32)

    def step(self, keys: Sequence[int]) -> np.ndarray:
        """One step of the rule with a draw key for each try; the flat places of the cells that it populated."""
        self._active, born = _step(
            self._population, self._ground, self._received, self._active, self._corner, self._full, np.array(keys, np.int64)
        )
        return born

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Population and ground as they are now."""
        return self._population, self._ground


@numba.njit(cache=True, nogil=True)
def _step(
    population: np.ndarray,
    ground: np.ndarray,
    received: np.ndarray,
    active: np.ndarray,
    corner: np.ndarray,
    full: np.ndarray,
    keys: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """`received` is all zero before and after. A cell at capacity amid cells at capacity and walls is left out for good."""
    _, ny, nz = population.shape
    cells, soil = population.reshape(-1), ground.reshape(-1)
    touched = np.empty((TRIES + 1) * active.size, np.int32)
    stay = np.empty(active.size, np.int32)
    touches, stays = 0, 0
    for a in range(active.size):
        v = active[a]
        own = cells[v]
        if own < CAPACITY:
            if received[v] == 0:
                touched[touches] = v
                touches += 1
            received[v] += 1
            if own < MATURE:
                stay[stays] = v
                stays += 1
                continue
        x, y, z = v // (ny * nz), v // nz % ny, v % nz
        number = _mix(((x + corner[0]) * full[1] + y + corner[1]) * full[2] + z + corner[2])
        idle = True
        for attempt in range(TRIES):
            draw = _mix(number ^ keys[attempt]) * NEIGHBOURS
            k = draw // ALL
            n = v + ((k // 9 - 1) * ny + k // 3 % 3 - 1) * nz + k % 3 - 1
            kind = soil[n]
            if kind > OPEN:
                idle = False
                if own < CAPACITY:
                    continue
            elif kind == WALL or cells[n] >= CAPACITY:
                continue
            else:
                idle = False
                if draw % ALL >= _ACCEPTED[kind]:
                    continue
            if received[n] == 0:
                touched[touches] = n
                touches += 1
            received[n] += 1
            if kind <= OPEN:
                break
        if own < CAPACITY or not idle or _can_act(cells, soil, v, ny, nz):
            stay[stays] = v
            stays += 1
    born = np.empty(touches, np.int32)
    births = 0
    for t in range(touches):
        n = touched[t]
        before, kind, given = cells[n], soil[n], received[n]
        received[n] = 0
        if kind > OPEN:
            pressed = kind - BARRIER + given
            if pressed <= BARRIER_HOLDS + 1:
                soil[n] = BARRIER + min(pressed, BARRIER_HOLDS)
                continue
            soil[n] = 1
            given = pressed - BARRIER_HOLDS - 1
        cells[n] = min(before + given, CAPACITY)
        if before == 0:
            born[births] = n
            births += 1
    return np.concatenate((stay[:stays], born[:births])), born[:births].copy()


@numba.njit(cache=True, nogil=True)
def _can_act(cells: np.ndarray, soil: np.ndarray, v: int, ny: int, nz: int) -> bool:
    """Whether a cell at capacity has a neighbour that may still change."""
    for i in range(-1, 2):
        for j in range(-1, 2):
            for k in range(-1, 2):
                n = v + (i * ny + j) * nz + k
                if soil[n] != WALL and cells[n] < CAPACITY:
                    return True
    return False
