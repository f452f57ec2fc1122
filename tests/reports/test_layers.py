"""Steps stand to the right of everything they need."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.reports.layers import Bend, layout


def test_a_step_stands_right_of_the_longest_way_to_it():
    layers = layout({"c": ["a", "b"], "a": [], "b": ["a"]}).layers
    assert layers == [["a"], ["b"], ["c"]]


def test_an_arrow_that_a_longer_way_stands_for_is_left_out():
    assert layout({"a": [], "b": ["a"], "c": ["b", "a"]}).links == [("a", "b"), ("b", "c")]


def test_an_arrow_past_a_layer_bends_there_instead_of_crossing_a_box():
    placed = layout({"a": [], "b": [], "c": ["b"], "d": ["c", "a"]})
    assert set(placed.layers[1]) == {"c", Bend("a", 1)}
    assert {("a", Bend("a", 1)), (Bend("a", 1), "d")} <= set(placed.links)


def test_links_join_neighbouring_layers_only():
    names = [f"s{index}" for index in range(14)]
    placed = layout({name: names[max(0, index - 3) : index : 2] for index, name in enumerate(names)})
    layer_of = {node: index for index, layer in enumerate(placed.layers) for node in layer}
    assert {layer_of[right] - layer_of[left] for left, right in placed.links} == {1}


def test_arrows_do_not_cross_where_they_need_not():
    crossed = {"a": [], "b": [], "x": ["b"], "y": ["a"]}
    first, second = layout(crossed).layers
    assert [crossed[step][0] for step in second] == first


def test_needs_that_are_no_steps_are_ignored():
    assert layout({"a": ["gone"]}).layers == [["a"]]
    assert layout({}).layers == []


def test_a_circle_is_refused():
    with pytest.raises(InputError, match="in a circle: a needs b needs c needs a"):
        layout({"a": ["b"], "b": ["c"], "c": ["a"]})
