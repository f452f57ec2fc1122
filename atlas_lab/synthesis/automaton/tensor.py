"""The rule as a tensor program: whole numbers and sums of whole numbers, so the bits are the same on any device."""

from collections.abc import Sequence

import numpy as np
import torch

from atlas_lab.synthesis.automaton.draws import ALL, NEIGHBOURS, mix
from atlas_lab.synthesis.automaton.rule import ACCEPTANCE, BARRIER, BARRIER_HOLDS, CAPACITY, MATURE, OPEN, TRIES, WALL


class TensorCells:
    """Cells in a box of the grid on a torch device; the arguments are those of `compiled.CompiledCells`."""

    def __init__(
        self,
        population: np.ndarray,
        ground: np.ndarray,
        corner: tuple[int, int, int],
        full: tuple[int, int, int],
        device: str | torch.device = "cpu",
    ) -> None:
        self._shape, self._corner, self._full = population.shape, corner, full
        self._cells = torch.from_numpy(population.ravel()).to(device, torch.int32)
        self._soil = torch.from_numpy(ground.ravel()).to(device, torch.int32)
        self._received = torch.zeros_like(self._cells)
        self._active = torch.nonzero(self._cells).squeeze(1)
        _, ny, nz = self._shape
        around = torch.arange(NEIGHBOURS, device=device)
        self._offsets = ((around // 9 - 1) * ny + around // 3 % 3 - 1) * nz + around % 3 - 1
        self._accepted = torch.tensor([0] + [round(chance * ALL) for chance in ACCEPTANCE] + [0] * 3, device=device)

    def step(self, keys: Sequence[int]) -> np.ndarray:
        """One step of the rule with a draw key for each try; the flat places of the cells that it populated."""
        active = self._active
        own = self._cells[active]
        self._received[active] = (own < CAPACITY).to(torch.int32)
        touched = [active, *self._spread(active[own >= MATURE], keys)]
        changed = torch.unique(torch.cat(touched))
        before, kind, given = self._cells[changed], self._soil[changed], self._received[changed]
        self._received[changed] = 0
        barrier = kind > OPEN
        pressed = kind - BARRIER + given
        holds = barrier & (pressed <= BARRIER_HOLDS + 1)
        falls = barrier & ~holds
        given = torch.where(falls, pressed - BARRIER_HOLDS - 1, torch.where(holds, 0, given))
        soil = torch.where(holds, BARRIER + pressed.clamp(max=BARRIER_HOLDS), torch.where(falls, 1, kind))
        after = (before + given).clamp(max=CAPACITY)
        self._soil[changed], self._cells[changed] = soil, after
        born = changed[(before == 0) & (after > 0)]
        self._active = self._still_acting(torch.cat([active, born]))
        return born.cpu().numpy()

    def _spread(self, spreading: torch.Tensor, keys: Sequence[int]) -> list[torch.Tensor]:
        """Add what these cells give to `received`; the cells that were given something, or pressed."""
        _, ny, nz = self._shape
        x, y, z = spreading // (ny * nz), spreading // nz % ny, spreading % nz
        number = mix(((x + self._corner[0]) * self._full[1] + y + self._corner[1]) * self._full[2] + z + self._corner[2])
        given = []
        for key in keys[:TRIES]:
            draw = mix(number ^ key) * NEIGHBOURS
            target = spreading + self._offsets[draw // ALL]
            kind = self._soil[target]
            presses = (kind > OPEN) & (self._cells[spreading] >= CAPACITY)
            takes = (self._cells[target] < CAPACITY) & (draw % ALL < self._accepted[kind])
            target = target[presses | takes]
            self._received.index_add_(0, target, torch.ones_like(target, dtype=torch.int32))
            given.append(target)
            spreading, number = spreading[~takes], number[~takes]
        return given

    def _still_acting(self, cells: torch.Tensor) -> torch.Tensor:
        """Without those at capacity amid cells at capacity and walls, which can change nothing any more."""
        full = self._cells[cells] >= CAPACITY
        around = cells[full][:, None] + self._offsets
        still = ((self._cells[around] < CAPACITY) & (self._soil[around] != WALL)).any(1)
        return torch.cat([cells[~full], cells[full][still]])

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Population and ground as they are now, uint8."""
        population, ground = (t.to(torch.uint8).cpu().numpy().reshape(self._shape) for t in (self._cells, self._soil))
        return population, ground
