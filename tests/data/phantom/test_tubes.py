from itertools import pairwise

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from atlas_lab.data.phantom.shapes import Tube
from atlas_lab.data.phantom.space import Build, Grid, Points, Space
from atlas_lab.data.phantom.tubes import smooth_line

BENT = ((-30.0, 0.0, 0.0), (0.0, 12.0, 4.0), (25.0, -6.0, 20.0))


@pytest.mark.parametrize("count", [3, 4, 12])
def test_a_smooth_line_is_scipys_natural_spline(count):
    rng = np.random.default_rng(count)
    points, knots = rng.uniform(-80, 80, (count, 3)), np.cumsum(rng.uniform(1, 40, count))
    at = np.linspace(knots[0], knots[-1], 31)
    np.testing.assert_allclose(
        smooth_line(knots, points, at), CubicSpline(knots, points, bc_type="natural")(at), rtol=0, atol=1e-11
    )


def test_a_tubes_distance_is_that_to_the_nearest_of_its_segments():
    tube = Tube(BENT, (6.0, 4.0, 7.0))
    points = np.random.default_rng(0).uniform(-50, 50, (500, 3))
    curve, radius = tube.curve
    share = np.linspace(0, 1, 400)[:, None]
    line = np.concatenate([a + share * (b - a) for a, b in pairwise(curve)])
    wide = np.concatenate([a + share[:, 0] * (b - a) for a, b in pairwise(radius)])
    expected = (np.linalg.norm(points[:, None] - line, axis=2) - wide).min(axis=1)
    space = Points(points)
    distance = tube.distance(space, space.crop((0, 0, 0), (0, 0, 0)))
    np.testing.assert_allclose(distance.ravel(), expected, atol=0.25)  # mm: at a taper the foot is not quite the nearest point


def test_a_crop_of_a_tube_is_a_piece_of_the_whole():
    space = Space(Grid.around((0, 0, 0), (60, 50, 40), (2.0, 2.0, 3.0)), Build.drawn(np.random.default_rng(1)))
    tube = Tube(BENT, (6.0, 4.0, 7.0), stretch=(1.2, 0.9, 1.0), bulges=(1.0, 15.0))
    whole = tube.distance(space, (slice(0, 60), slice(0, 50), slice(0, 40)))
    piece = (slice(11, 47), slice(9, 33), slice(8, 30))
    assert (whole < 0).any()
    np.testing.assert_array_equal(tube.distance(space, piece), whole[piece])


def test_beyond_reach_nothing_is_computed():
    space = Space(Grid.around((0, 0, 0), (20, 20, 20), (2.0, 2.0, 2.0)), Build.drawn(np.random.default_rng(1)))
    far = Tube(tuple((x + 200, y, z) for x, y, z in BENT), (6.0, 4.0, 7.0))
    assert (far.distance(space, (slice(0, 20),) * 3) == np.float32(space.reach)).all()
