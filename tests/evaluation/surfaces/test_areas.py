"""How much surface a 2 x 2 x 2 neighbourhood has."""

import numpy as np
import pytest
from monai.metrics.utils import create_table_neighbour_code_to_surface_area

from atlas_lab.evaluation.surfaces.areas import CORNERS, surfel_areas


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 1.3, 2.5), (3.0, 2.0, 1.0), (0.703125, 0.703125, 5.0)])
def test_every_code_has_the_area_of_the_published_table(spacing):
    published, _ = create_table_neighbour_code_to_surface_area(spacing)  # MONAI's copy of DeepMind's, in float32
    np.testing.assert_allclose(surfel_areas(spacing), published, rtol=2e-6)


@pytest.mark.parametrize(
    ("inside", "area"),
    [
        ([(0, 0, 0)], 3**0.5 / 8),
        ([(0, 0, 0), (0, 0, 1)], 0.5**0.5),
        ([(0, 0, 0), (1, 1, 1)], 3**0.5 / 4),
        ([(0, 0, 0), (0, 0, 1), (0, 1, 0)], 1.1495),
        ([(0, 0, 0), (0, 0, 1), (1, 1, 0)], 0.9236),
        ([(0, 0, 0), (0, 1, 1), (1, 0, 1)], 0.6495),
        ([(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)], 1.0),
        ([(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)], 1.2990),
        ([(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)], 1.5731),
        ([(0, 0, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1)], 1.4142),
        ([(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)], 0.8660),
    ],
)
def test_the_shapes_of_marching_cubes_have_their_areas(inside, area):
    code = sum(128 >> CORNERS.index(corner) for corner in inside)
    assert surfel_areas((1.0, 1.0, 1.0))[code] == pytest.approx(area, abs=5e-5)
    assert surfel_areas((1.0, 1.0, 1.0))[255 - code] == pytest.approx(area, abs=5e-5)  # inside and outside share a surface


def test_nothing_and_everything_have_no_surface():
    assert surfel_areas((1.0, 2.0, 3.0))[[0, 255]].tolist() == [0, 0]


def test_areas_grow_with_the_square_of_the_spacing():
    np.testing.assert_allclose(surfel_areas((2.0, 4.0, 6.0)), 4 * surfel_areas((1.0, 2.0, 3.0)))
