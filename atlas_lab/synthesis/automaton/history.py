"""The stages of a growth: evenly spaced in steps, never more than a few, however long it lasts."""

import numpy as np

STAGES = 24


class History:
    """Copies of a growing population at every so many steps; twice as many steps apart each time there are too many."""

    def __init__(self) -> None:
        self._every = 1
        self._kept: list[tuple[int, np.ndarray, np.ndarray]] = []

    def wants(self, step: int) -> bool:
        return step % self._every == 0

    def keep(self, step: int, population: np.ndarray, corner: np.ndarray) -> None:
        """A stage: uint8 population of a block of the grid from cell `corner` on."""
        if len(self._kept) == STAGES - 1:  # one is the final stage's
            self._every *= 2
            self._kept = [stage for stage in self._kept if stage[0] % self._every == 0]
            if not self.wants(step):
                return
        self._kept.append((step, population.copy(), corner.copy()))

    def stages(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Step, population and corner of every kept stage, oldest first."""
        return list(self._kept)
