"""The cells' grid: where it is the CT's, where it is not, and that nothing is lost between the two."""

import numpy as np
import pytest

from atlas_lab.synthesis.automaton.grid import CellGrid
from tests.synthesis.tissues import SPACINGS, ball

BOX = (slice(3, 15), slice(2, 16), slice(1, 9))


def test_voxels_about_as_large_as_cells_are_the_cells():
    tissue = ball(30.0, (0.9, 1.0, 1.1))
    grid = CellGrid.over(tissue, 1.0)
    assert grid.is_the_ct
    assert grid.shape == tissue.shape
    hu, _, _ = grid.sample(np.array([3, 2, 1]), np.array([15, 16, 9]))
    assert np.shares_memory(hu, tissue.hu)
    assert np.array_equal(hu, tissue.hu[BOX])


@pytest.mark.parametrize("spacing", SPACINGS[1:])
def test_other_voxels_get_cubes_of_the_cell_s_side(spacing):
    tissue = ball(30.0, spacing)
    grid = CellGrid.over(tissue, 1.0)
    assert grid.cell == (1.0, 1.0, 1.0)
    assert np.allclose(grid.shape, np.multiply(tissue.shape, spacing), atol=1)


@pytest.mark.parametrize("spacing", SPACINGS[1:])
def test_cells_see_the_tissue_where_they_are(spacing):
    tissue = ball(40.0, spacing)
    ramp = sum(
        weight * (at + 0.5) * side
        for weight, at, side in zip((1, 2, -3), np.ogrid[tuple(map(slice, tissue.shape))], spacing, strict=True)
    )
    tissue.hu[:] = np.rint(10 * ramp)
    grid = CellGrid.over(tissue, 1.0)
    start, stop = np.array([8, 9, 7]), np.array([30, 28, 31])
    hu, organ, taken = grid.sample(start, stop)
    cells = np.ogrid[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))]
    expected = 10 * sum(weight * (at + 0.5) for weight, at in zip((1, 2, -3), cells, strict=True))
    assert np.abs(hu - expected).max() < 1
    middle = np.array(tissue.shape) * spacing / 2
    inside = sum((at + 0.5 - m) ** 2 for at, m in zip(cells, middle, strict=True)) < 20**2
    assert (organ == inside).mean() > 0.93
    assert not taken.any()


@pytest.mark.parametrize("spacing", SPACINGS)
def test_voxels_hold_as_much_as_their_cells(spacing):
    tissue = ball(40.0, spacing)
    grid = CellGrid.over(tissue, 1.0)
    start = np.array([10, 11, 9])
    block = np.random.default_rng(0).integers(0, 11, (12, 9, 14)).astype(np.uint8)
    box = grid.box_of(start, start + block.shape, margin_mm=2.0)
    voxels = grid.to_voxels(block, start, box)
    assert voxels.sum() * tissue.voxel_mm3 == pytest.approx(block.sum() * grid.cell_mm3, rel=1e-4)
    assert grid.cell_of(tuple(part.start for part in box)) < tuple(start)


def test_a_block_at_the_box_s_faces_is_cut():
    tissue = ball(20.0)
    grid = CellGrid.over(tissue, 1.0)
    start = np.zeros(3, int)
    box = grid.box_of(start, start + 4, margin_mm=3.0)
    assert [part.start for part in box] == [0, 0, 0]
    voxels = grid.to_voxels(np.ones((4, 4, 4), np.uint8), start, box)
    assert voxels.shape == (7, 7, 7)
    assert voxels.sum() == 64
