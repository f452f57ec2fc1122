"""Distances to a surface are exact, near and far."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from atlas_lab.evaluation.surfaces import nearest
from atlas_lab.evaluation.surfaces.nearest import distances
from atlas_lab.evaluation.surfaces.planes import distances_by_planes

SPACINGS = st.tuples(*[st.sampled_from([0.5, 0.7, 1.0, 2.0, 5.0])] * 3)


@st.composite
def points(draw, most):
    count, spread = draw(st.integers(1, 40)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return np.unique(rng.integers(0, spread, (count, 3)), axis=0) + rng.integers(0, most, 3)


def by_tree(nodes, others, spacing):
    return cKDTree(others * spacing).query(nodes * spacing)[0]


@given(points(12), points(12), SPACINGS)
def test_near_surfaces_are_measured_exactly(nodes, others, spacing):
    np.testing.assert_allclose(distances(nodes, others, spacing), by_tree(nodes, others, spacing), atol=1e-12)


@given(points(150), points(150), SPACINGS)
def test_far_surfaces_are_measured_exactly(nodes, others, spacing):
    np.testing.assert_allclose(distances(nodes, others, spacing), by_tree(nodes, others, spacing), atol=1e-10)
    by_planes = distances_by_planes(nodes, others, np.array(spacing))
    np.testing.assert_allclose(by_planes, by_tree(nodes, others, spacing), atol=1e-10)


@pytest.mark.parametrize("pairs_a_place", [0, 10**9])
def test_both_ways_to_the_far_ones_say_the_same(monkeypatch, pairs_a_place):
    monkeypatch.setattr(nearest, "_PLANE", pairs_a_place)
    rng = np.random.default_rng(0)
    nodes, others = rng.integers(0, 30, (200, 3)), rng.integers(60, 200, (50, 3))
    spacing = (0.8, 1.0, 2.5)
    np.testing.assert_allclose(distances(nodes, others, spacing), by_tree(nodes, others, spacing), atol=1e-10)


def test_what_lies_along_one_row_far_away_is_found_across_words_of_bits():
    nodes = np.array([[0, 0, 0], [0, 0, 63], [0, 0, 64], [0, 0, 200]])
    others = np.array([[0, 0, 300], [0, 0, 100]])
    assert distances(nodes, others, (1.0, 1.0, 0.5)).tolist() == [50, 18.5, 18, 50]


def test_no_surface_is_infinitely_far_away():
    some, none = np.array([[1, 2, 3]]), np.empty((0, 3), int)
    assert distances(some, none, (1.0, 1.0, 1.0)).tolist() == [np.inf]
    assert distances(none, some, (1.0, 1.0, 1.0)).tolist() == []
