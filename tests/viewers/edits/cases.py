"""A small case to paint on, and strokes."""

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume

SHAPE = (9, 8, 7)


def make_case(shape=SHAPE, spacing=(1.0, 1.5, 2.0)):
    """A case in memory: HU are 10 * x; liver and spleen overlap, the gall bladder is absent, nothing else annotated."""
    hu = np.broadcast_to(10 * np.arange(shape[0])[:, None, None], shape).astype(np.int16)
    masks = {name: np.zeros(shape, bool) for name in ("liver", "spleen", "gall_bladder")}
    masks["liver"][2:6, 2:6, 1:5] = True
    masks["spleen"][5:8, 3:7, 2:6] = True
    ct = Volume(hu, np.diag([*spacing, 1.0]))
    return Case("P1", ct, LabelMap(masks, ct.affine))


def stroke(*voxels, shape=SHAPE):
    """Runs of single voxels (x, y, z)."""
    flat = sorted(x + shape[0] * (y + shape[1] * z) for x, y, z in voxels)
    return np.array([(index, 1) for index in flat], np.uint32).reshape(-1, 2)
