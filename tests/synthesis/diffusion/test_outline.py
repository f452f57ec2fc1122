"""Where a tumour will be: its edge fades, whatever is drawn."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.synthesis.diffusion.outline import EDGE_MM, draw_outline
from atlas_lab.synthesis.tissue import Site
from tests.synthesis.tissues import SPACINGS, ball, middle


def drawn(tissue, diameter_mm, seeds=6):
    site = Site(middle(tissue), diameter_mm)
    return [draw_outline(tissue, site, np.random.default_rng(seed)) for seed in range(seeds)]


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("diameter", [7.0, 16.0, 40.0])
def test_no_edge_is_hard_but_the_organs_own(spacing, diameter):
    tissue = ball(diameter + 50, spacing)
    for outline in drawn(tissue, diameter):
        inner = np.pad(outline.region, 1)
        organ = np.pad(tissue.organ[outline.box], 1, mode="edge")
        last = (inner & ndimage.binary_dilation(organ & ~inner))[1:-1, 1:-1, 1:-1]
        assert outline.soft[last].max() < 0.5
        assert outline.soft[last].mean() < 0.1
        assert outline.soft.max() > 0.95


def test_an_edge_is_a_millimetre_or_a_voxel_wide_at_least_and_no_more_than_published():
    for spacing, sharpest in (((0.7, 0.7, 5.0), 1.0), ((1.5, 1.5, 1.5), 1.5)):
        tissue = ball(90.0, spacing)
        tiny, large = ([outline.edge_mm for outline in drawn(tissue, diameter)] for diameter in (8.0, 56.0))
        assert tiny == [sharpest] * 6
        assert sharpest <= min(large) < max(large) <= EDGE_MM


def test_coarse_voxels_do_not_blur_a_tiny_tumour_away():
    for outline in drawn(ball(90.0, (5.0, 5.0, 5.0)), 8.0):
        assert outline.edge_mm == 2.0
        assert outline.soft[outline.mask].mean() > 0.8
