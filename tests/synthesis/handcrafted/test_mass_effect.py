"""Tissue moves outwards, without folding, and only within the stated radius."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.synthesis.boxes import warped
from atlas_lab.synthesis.handcrafted.mass_effect import push
from atlas_lab.synthesis.tissue import Site
from tests.synthesis.tissues import SPACINGS, ball, middle

REACH = 20.0


def pushed(tissue, intensity=30.0):
    box = tissue.box(middle(tissue), REACH + 5)
    return push(tissue, Site(middle(tissue), 20), box, REACH, intensity), box


def distances(tissue, box):
    """Mm from the middle."""
    sides = zip(box, middle(tissue), tissue.spacing, strict=True)
    x, y, z = ((np.arange(side.start, side.stop) - c) * s for side, c, s in sides)
    return np.sqrt(x[:, None, None] ** 2 + y[:, None] ** 2 + z**2)


@pytest.mark.parametrize("intensity", [10, 30, 100])
@pytest.mark.parametrize("spacing", SPACINGS)
def test_the_map_is_the_papers_radial_one_and_grows_with_the_radius(spacing, intensity):
    tissue = ball(spacing=spacing)
    found, box = pushed(tissue, intensity)
    r = distances(tissue, box)
    places = np.indices(r.shape) + found.warp
    middle_there = [c - side.start for c, side in zip(middle(tissue), box, strict=True)]
    source = np.sqrt(sum(((p - c) * s) ** 2 for p, c, s in zip(places, middle_there, spacing, strict=True)))
    expected = np.where(r < REACH, r * (1 - intensity / 100 * (1 - r / REACH) ** 2), r)
    np.testing.assert_allclose(source, expected, atol=1e-4)
    order = np.argsort(r.ravel())
    assert (np.diff(source.ravel()[order]) > -1e-4).all()
    assert (source <= r + 1e-4).all()


@pytest.mark.parametrize("spacing", SPACINGS)
def test_nothing_changes_outside_the_ball(spacing):
    tissue = ball(spacing=spacing)
    found, box = pushed(tissue)
    outside = distances(tissue, box) >= REACH + 1e-3
    assert not found.ball[outside].any()
    assert not found.warp[:, outside].any()
    np.testing.assert_array_equal(found.hu[outside], tissue.hu[box][outside])
    assert found.ball[distances(tissue, box) < REACH - 1e-3].all()


def test_hu_are_those_of_where_the_tissue_came_from():
    tissue = ball(noise=0.0, dtype=np.float32)
    x = np.indices(tissue.shape)[0]
    tissue.hu[:] = 10 * np.sin(x / 4)  # smooth: any good interpolation gives the same
    found, box = pushed(tissue)
    expected = ndimage.map_coordinates(tissue.hu[box], np.indices(found.ball.shape) + found.warp, order=3, mode="nearest")
    np.testing.assert_allclose(found.hu, expected, atol=0.1)


def test_masks_move_with_the_image_and_a_vessel_is_pushed_aside():
    tissue = ball()
    c = middle(tissue)
    vessel = np.zeros(tissue.shape, bool)
    vessel[c[0] + 6 : c[0] + 9, :, c[2] - 1 : c[2] + 2] = True
    tissue.taken[:] = vessel
    tissue.hu[vessel] = 400
    found, box = pushed(tissue)
    bright = found.hu > 255
    assert np.count_nonzero(bright & found.taken) > 0.9 * np.count_nonzero(bright | found.taken)
    line = found.taken[:, c[1] - box[1].start, c[2] - box[2].start]
    assert np.flatnonzero(line).mean() + box[0].start > c[0] + 7.5
    np.testing.assert_array_equal(found.taken, warped(vessel[box], found.warp))
    np.testing.assert_array_equal(found.organ, warped(tissue.organ[box], found.warp))


def test_the_grain_of_the_noise_stays():
    tissue = ball(noise=15.0)
    found, box = pushed(tissue)
    near = distances(tissue, box) < REACH * 0.9
    assert found.hu[near].std() > 0.75 * tissue.hu[box][near].std()


def test_intensity_0_pushes_nothing():
    tissue = ball()
    found, box = pushed(tissue, 0)
    np.testing.assert_array_equal(found.hu, tissue.hu[box])
    assert not found.warp.any()
