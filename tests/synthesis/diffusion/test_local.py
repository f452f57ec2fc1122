"""Between a CT's voxels and the model's: places keep their mm on any spacing, and beyond the CT it goes on."""

import numpy as np
import pytest

from atlas_lab.synthesis.diffusion.grid import Grid
from atlas_lab.synthesis.diffusion.local import Local
from tests.synthesis.tissues import SPACINGS, ball, middle

GRID = Grid(1.5, 32, 300.0)


def smooth(tissue, centre):
    """Something that is linear in mm, along each axis another slope, 0 at the centre."""
    x, y, z = (
        (np.arange(n) - c) * side for n, c, side in zip(tissue.shape, centre, tissue.spacing, strict=True)
    )  # fmt: skip
    return (x[:, None, None] + 2 * y[:, None] + 3 * z).astype(np.float32)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_patch_has_the_places_of_the_ct_in_mm(spacing):
    tissue = ball(60.0, spacing)
    centre = middle(tissue)
    local = Local.around(tissue, centre, 20.0, GRID)
    box = local.box(tissue, tissue.box(centre, 10.0))
    patch = local.cut(smooth(tissue, centre)[box], box)
    away = (np.arange(32) - 15.5) * 1.5
    assert patch == pytest.approx(away[:, None, None] + 2 * away[:, None] + 3 * away, abs=1e-3)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_what_comes_back_is_where_it_was(spacing):
    tissue = ball(60.0, spacing)
    centre = middle(tissue)
    local = Local.around(tissue, centre, 20.0, GRID)
    there = smooth(tissue, centre)
    inner = tissue.box(centre, 10.0)
    box = local.box(tissue, inner)
    patch = local.cut(there[box], box)
    assert local.put(patch, inner) == pytest.approx(there[inner], abs=1e-2)


def test_a_tumour_that_would_fill_the_patch_is_seen_on_larger_voxels():
    tissue = ball()
    assert Local.around(tissue, middle(tissue), 36.0, GRID).step_mm == 1.5
    assert Local.around(tissue, middle(tissue), 72.0, GRID).step_mm == 3.0


def test_beyond_the_ct_it_goes_on_as_at_its_face():
    tissue = ball(60.0)
    centre = (0, 40, 40)
    local = Local.around(tissue, centre, 20.0, GRID)
    box = local.box(tissue, tissue.box(centre, 10.0))
    patch = local.cut(tissue.hu[box], box)
    assert np.isfinite(patch).all()
    assert np.array_equal(patch[0], patch[14])


def test_the_organs_level_is_zero_and_the_window_ends_at_one():
    seen = GRID.seen(np.array([-1000, 110, 260, 3000], np.int16), 110.0)
    assert seen.tolist() == [-1, 0, 1, 1]
    assert GRID.hu(np.float32(0.5)) == 75
