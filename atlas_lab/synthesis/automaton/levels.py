"""How easily a tumour grows into a voxel: levels of HU, those of the paper or the organ's own."""

import numpy as np

from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis.automaton.rule import WALL
from atlas_lab.synthesis.tissue import Tissue

LEVELS = ("adaptive", "published")

# HU of the lowest level and of the barrier (Lai et al., MICCAI 2024, release), for the portal phase
_PUBLISHED_HU = {"liver": (100.0, 160.0), "pancreas": (100.0, 160.0), "kidney": (140.0, 200.0)}
# noises above the organ's median: those at which a portal liver of 110 ± 20 HU has the published 120, 140 and 160 HU
_NOISES = (0.5, 1.5, 2.5)
_AIR_HU = -300.0


def level_edges(levels: str, tissue: Tissue) -> tuple[float, float, float]:
    """HU from which on ground is of level 2, of level 3 and a barrier.

    `adaptive`: the organ's median plus 0.5, 1.5 and 2.5 of its noise, so that any phase has all levels; `published`: the
    fixed HU of the release (an organ it does not know has the liver's). InputError: another name.
    """
    if levels == "adaptive":
        low, middle, high = (tissue.level + noises * tissue.noise for noises in _NOISES)
        return low, middle, high
    if levels == "published":
        lowest, barrier = _PUBLISHED_HU.get(tissue.organ_name, _PUBLISHED_HU["liver"])
        third = (barrier - lowest) / 3
        return lowest + third, lowest + 2 * third, barrier
    raise InputError(f"automaton levels {levels!r}: {nearest(levels, LEVELS)}use one of {', '.join(LEVELS)}")


def ground_of(
    hu: np.ndarray, organ: np.ndarray, taken: np.ndarray, edges: tuple[float, float, float], *, clipped: bool
) -> np.ndarray:
    """uint8 ground of cells: 1 to 3, 4 for a barrier, 0 for a wall.

    Walls are what is taken and, where the tumour is clipped, all outside the organ; where it is not, the air outside.
    """
    ground = np.ones(hu.shape, np.uint8)
    for edge in edges:
        ground += hu >= edge
    wall = taken | ~organ if clipped else taken | (~organ & (hu < _AIR_HU))
    ground[wall] = WALL
    return ground
