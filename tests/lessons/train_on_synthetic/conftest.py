"""A hospital of tiny patients: half of them with tumours in the liver, all on voxels of 4 mm."""

import numpy as np
import pytest

from atlas_lab.data import Case, LabelMap, Volume
from atlas_lab.lessons.train_on_synthetic import Cohort, Setting

SHAPE, AFFINE = (32, 32, 32), np.diag([4.0, 4, 4, 1])


def ball(centre, radius):
    axes = np.ogrid[tuple(slice(side) for side in SHAPE)]
    return sum((axis - c) ** 2 for axis, c in zip(axes, centre, strict=True)) <= radius**2


def case_of(number, ill):
    rng = np.random.default_rng([number, ill])
    liver = ball((16, 16, 16), 12)
    hu = np.where(liver, 100, -50) + rng.normal(0, 10, SHAPE)
    masks = {"liver": liver}
    if ill:
        tumour = ball((12, 16, 14 + number % 3), 3) | ball((20, 18, 18), 2)
        hu[tumour] -= 60
        masks |= {"liver_tumor": tumour, "mimic": ball((16, 9, 16), 2)}
    elif number == 1:  # somebody looked, and found none
        masks["liver_tumor"] = np.zeros(SHAPE, bool)
    case = Case(f"{'ill' if ill else 'well'}{number}", Volume(np.rint(hu).astype(np.int16), AFFINE), LabelMap(masks, AFFINE))
    case.meta = {"patient": f"p{number}{ill}", "phase": "portal"}
    return case


@pytest.fixture(scope="session")
def setting():
    return Setting(train=2, test=2, steps=1, spacing_mm=4.0, patch=16, tumour_size="tiny")


@pytest.fixture(scope="session")
def hospital(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    for number in range(4):
        case_of(number, ill=True).save(folder)
    for number in range(2):
        case_of(number, ill=False).save(folder)
    return folder


@pytest.fixture(scope="session")
def cohort(hospital, setting):
    return Cohort.atlas(hospital, setting)
