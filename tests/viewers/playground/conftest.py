"""A small case to play with, and a playground on it."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.viewers import playground
from tests.viewers.playground.playing import SHAPE, SPACING


@pytest.fixture
def case() -> Case:
    """A liver, a vessel through it, and two kidneys, in fat."""
    x, y, z = (np.arange(n) * step for n, step in zip(SHAPE, SPACING, strict=True))
    x, y, z = x[:, None, None], y[:, None], z
    masks = {
        "liver": (x - 70) ** 2 + (y - 45) ** 2 + (z - 50) ** 2 < 33**2,
        "portal_vein_and_splenic_vein": ((y - 45) ** 2 + (z - 50) ** 2 < 4**2) & (np.abs(x - 60) < 30),
        "kidney_left": (x - 18) ** 2 + (y - 25) ** 2 + (z - 30) ** 2 < 15**2,
        "kidney_right": (x - 18) ** 2 + (y - 65) ** 2 + (z - 30) ** 2 < 15**2,
        "spleen": np.zeros(SHAPE, bool),
    }
    hu = np.full(SHAPE, -100.0)
    for name, level in (("liver", 110), ("portal_vein_and_splenic_vein", 170), ("kidney_left", 180), ("kidney_right", 180)):
        hu[masks[name]] = level
    hu += 10 * np.random.default_rng(0).standard_normal(SHAPE)
    ct = Volume(np.rint(hu).astype(np.int16), np.diag([*SPACING, 1]))
    return Case("hand_made", ct, LabelMap(masks, ct.affine), meta={"phase": "portal"})


@pytest.fixture
def played(case):
    made = playground(case, size=14, seed=3)
    yield made
    made.close()
