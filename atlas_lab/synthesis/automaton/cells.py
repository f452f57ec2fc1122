"""Where the rule runs: compiled on a CPU, as a tensor program on anything else."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from atlas_lab.errors import InputError


class Cells(Protocol):
    """Cells in a box of the grid, and one step of the rule for all of them."""

    def step(self, keys: Sequence[int]) -> np.ndarray:
        """One step with a draw key for each try; flat places, in any order, of the cells that it populated."""
        ...

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """uint8 population and ground as they are now; a later step may write into them."""
        ...


def check_device(device: str) -> None:
    """InputError: no such torch device on this machine."""
    if device == "cpu":
        return
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InputError(
            f"automaton device={device!r}: {str(error).splitlines()[0]}; use cpu, which gives the same bytes"
        ) from None


def cells_on(
    device: str, population: np.ndarray, ground: np.ndarray, corner: tuple[int, int, int], full: tuple[int, int, int]
) -> Cells:
    """The cells of a block from grid cell `corner` on; with the grid's shape `full` it gives the cells the numbers that
    their draws hang on. `device` is cpu, or any torch device; the bytes are the same. Compiled cells live in the arrays that
    are given."""
    if device == "cpu":
        from atlas_lab.synthesis.automaton.compiled import CompiledCells

        return CompiledCells(population, ground, corner, full)
    from atlas_lab.synthesis.automaton.tensor import TensorCells

    return TensorCells(population, ground, corner, full, device)
