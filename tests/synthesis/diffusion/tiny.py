"""Networks and patients so small that a training takes a second."""

import numpy as np

from atlas_lab.data import Case, LabelMap, Volume
from atlas_lab.learning.training import Plan
from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.diffusion.networks import AutoencoderShape, DenoiserShape
from atlas_lab.synthesis.diffusion.recipe import Recipe, Schedule, Training

RECIPE = Recipe(
    Grid(2.0, 16, 300.0),
    AutoencoderShape((8, 8), 1, 2, 4),
    DenoiserShape((8, 8), 1, (False, False), 4),
    Schedule(20, 2, 10),
    Training(2, {"steps": 4}),
    Training(2, {"steps": 4}),
)
PLAN = Plan(steps=4, learning_rate=1e-3, accelerator="cpu", precision="32-true", checkpoint_every=2, log_every=1)
SPACING = (2.0, 2.0, 2.0)


def patient(id="P0", seed=0, tumours=((10.0, (14, 20, 20)), (20.0, (27, 20, 20))), without=()) -> Case:
    """A ball of liver (110 HU) of 64 mm in fat, with darker balls (50 HU) of these diameters (mm) at these voxels of 2 mm."""
    rng = np.random.default_rng(seed)
    grid = np.indices((40, 40, 40))

    def ball(diameter_mm, centre):
        return sum((axis - c) ** 2 for axis, c in zip(grid, centre, strict=True)) < (diameter_mm / 4) ** 2

    liver, ill = ball(64, (20, 20, 20)), np.zeros((40, 40, 40), bool)
    for tumour in tumours:
        ill |= ball(*tumour)
    hu = np.where(ill, 50, np.where(liver, 110, -100)) + 10 * rng.standard_normal(liver.shape)
    affine = np.diag([*SPACING, 1.0])
    masks = {"liver": liver, "liver_tumor": ill, "pancreas": np.zeros_like(liver)}
    kept = {name: mask for name, mask in masks.items() if name not in without}
    return Case(id, Volume(np.rint(hu).astype(np.int16), affine), LabelMap(kept, affine, shape=liver.shape))
