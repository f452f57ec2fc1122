"""Handcrafted tumours in simple tissues."""

import numpy as np

from atlas_lab.synthesis.handcrafted import Handcrafted
from atlas_lab.synthesis.tissue import Site
from tests.synthesis.tissues import SPACINGS, ball, middle

CALM = ball(120)
LIVER = {spacing: ball(90, spacing) for spacing in SPACINGS}


def grown(tissue, diameter=16.0, seed=0, centre=None, clipped=True, **fields):
    return Handcrafted(**fields).grow(tissue, Site(centre or middle(tissue), diameter, clipped), np.random.default_rng(seed))


def diameter_of(growth, tissue):
    return (6 * np.count_nonzero(growth.mask) * tissue.voxel_mm3 / np.pi) ** (1 / 3)


def surface(tissue, depth_mm=2.0):
    """A voxel that lies this deep under the organ's surface, along x."""
    row = np.flatnonzero(tissue.organ[:, middle(tissue)[1], middle(tissue)[2]])
    return (int(row[-1] - round(depth_mm / tissue.spacing[0])), *middle(tissue)[1:])
