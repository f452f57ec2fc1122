"""What is put into training patches: inside the organ, never where a radiologist looked, the same for the same generator."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.lessons.train_on_synthetic.transforms import Inside, Moved, OnHealthy, Piece, Spheres, nothing

SHAPE, SPACING = (24, 24, 24), (2.0, 2.0, 2.0)
TUMOUR = "liver_tumor"


@pytest.fixture
def organ():
    mask = np.zeros(SHAPE, bool)
    mask[4:20, 4:20, 4:20] = True
    return mask


@pytest.fixture
def hu(organ):
    return np.where(organ, 100, -50).astype(np.int16)


def piece():
    mask = np.zeros((7, 7, 7), bool)
    mask[1:6, 1:6, 1:6] = True
    return Piece(np.full((7, 7, 7), -40.0, np.float32), mask, 12.0, 100.0)


@pytest.mark.parametrize("make", [Spheres, lambda *names, **more: Moved(*names, (piece(),), **more)], ids=["spheres", "moved"])
def test_tumours_lie_in_the_organ_darker_than_it_and_change_nothing_else(make, organ, hu):
    new, changed = make(("liver",), TUMOUR, probability=1.0)(hu.copy(), {"liver": organ}, SPACING, np.random.default_rng(1))
    tumour = changed[TUMOUR]
    assert tumour.any()
    assert not (tumour & ~organ).any()
    assert new[tumour].mean() < 90
    assert (new[~organ] == hu[~organ]).all()
    assert new.dtype == np.int16


@pytest.mark.parametrize("make", [Spheres, lambda *names, **more: Moved(*names, (piece(),), **more)], ids=["spheres", "moved"])
def test_the_same_generator_gives_the_same_tumours(make, organ, hu):
    transform = make(("liver",), TUMOUR, probability=1.0)
    first, second = (transform(hu.copy(), {"liver": organ}, SPACING, np.random.default_rng(7)) for _ in range(2))
    assert (first[0] == second[0]).all()
    assert (first[1][TUMOUR] == second[1][TUMOUR]).all()


def test_a_moved_tumour_keeps_its_contrast(organ, hu):
    new, changed = Moved(("liver",), TUMOUR, (piece(),), probability=1.0)(
        hu.copy(), {"liver": organ}, SPACING, np.random.default_rng(0)
    )
    assert new[changed[TUMOUR]].min() == 60


def test_in_a_brighter_organ_the_contrast_is_the_same_share_and_the_grain_stays(organ, hu):
    mask = np.ones((11, 11, 11), bool)
    grainy = Piece(np.where(np.indices(mask.shape)[0] % 2, -40, -30).astype(np.float32), mask, 20.0, 100.0)
    host = np.where(organ, 200, -50).astype(np.int16)
    new, changed = Moved(("liver",), TUMOUR, (grainy,), probability=1.0)(
        host, {"liver": organ}, SPACING, np.random.default_rng(0)
    )
    inside = ndimage.binary_erosion(changed[TUMOUR], iterations=2)
    assert new[inside].mean() == pytest.approx(200 * (1 - 0.35), abs=3)
    assert np.ptp(new[inside]) == pytest.approx(10, abs=1)


def test_where_a_radiologist_looked_nothing_is_added(organ, hu):
    transform = OnHealthy(Spheres(("liver",), TUMOUR, probability=1.0), TUMOUR)
    new, changed = transform(hu.copy(), {"liver": organ, TUMOUR: np.zeros(SHAPE, bool)}, SPACING, np.random.default_rng(0))
    assert not changed
    assert (new == hu).all()


def test_a_healthy_patch_without_a_tumour_says_so(organ, hu):
    new, changed = OnHealthy(nothing, TUMOUR)(hu.copy(), {"liver": organ}, SPACING, np.random.default_rng(0))
    assert not changed[TUMOUR].any()
    assert (new == hu).all()


def test_a_network_sees_the_organ_and_its_tumours_alone(organ, hu):
    tumour = np.zeros(SHAPE, bool)
    tumour[18:22, 10, 10] = True  # half of it bulges out
    new, changed = Inside(("liver",), TUMOUR)(hu.copy(), {"liver": organ, TUMOUR: tumour}, SPACING, np.random.default_rng(0))
    assert not changed
    assert (new[organ | tumour] == hu[organ | tumour]).all()
    assert (new[~(organ | tumour)] == -1024).all()
