"""Distances and edges in mm."""

import numpy as np
import pytest
from scipy.special import ndtr

from atlas_lab.synthesis.realism.edge import PROFILE_MM, edge_blur, profile, signed_distance

RADIUS, SIGMA, CONTRAST = 12.0, 1.5, -50.0


def sphere(spacing):
    """mm to the middle of a box that holds a ball and 9 mm around it."""
    half = [int(np.ceil((RADIUS + 9) / side)) for side in spacing]
    axes = np.ogrid[tuple(slice(-n, n + 1) for n in half)]
    return np.sqrt(sum((axis * side) ** 2 for axis, side in zip(axes, spacing, strict=True)))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 0.8, 2.5)])
def test_the_profile_of_a_blurred_sphere_is_the_analytic_one_in_mm(spacing):
    away = sphere(spacing)
    mask = away < RADIUS
    distance = signed_distance(mask, spacing)
    near = np.abs(away - RADIUS) < 6
    assert np.abs(distance - (away - RADIUS))[near].mean() < 0.35 * max(spacing) / 2 + 0.2
    assert (distance[mask] < 0).all()
    assert (distance[~mask] > 0).all()
    relative = CONTRAST * ndtr((RADIUS - away) / SIGMA)
    found = profile(relative, distance, np.ones_like(mask))
    assert found == pytest.approx(CONTRAST * ndtr(-PROFILE_MM / SIGMA), abs=3.5)
    assert edge_blur(relative, distance, np.ones_like(mask)) == pytest.approx(SIGMA, abs=0.3)


def test_a_row_of_voxels_is_half_a_voxel_from_its_border():
    mask = np.zeros((6, 1, 1), bool)
    mask[:3] = True
    assert signed_distance(mask, (2.0, 1.0, 1.0)).ravel() == pytest.approx([-5, -3, -1, 1, 3, 5])


def test_tissue_that_does_not_count_is_not_seen():
    away = sphere((1.0, 1.0, 1.0))
    mask = away < RADIUS
    relative = np.where(away > RADIUS + 3, 900.0, 0.0)
    distance = signed_distance(mask, (1.0, 1.0, 1.0))
    found = profile(relative, distance, away <= RADIUS + 3)
    assert np.nanmax(np.abs(found)) == 0
    assert np.isnan(found[-1])


def test_a_speck_has_no_edge_to_measure():
    mask = np.zeros((9, 9, 9), bool)
    mask[4, 4, 4] = True
    assert np.isnan(edge_blur(np.zeros(mask.shape), signed_distance(mask, (1.0, 1.0, 1.0)), mask))
