"""Real and synthetic lesions, drawn beside each other."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts.realism import realism_chart
from atlas_lab.figures.charts.separability import separability_chart
from tests.figures.charts.estimates import bars, dots, entries, ticks

SPREAD = {"diameter in mm": {"real": np.array([3.0, 1, 2]), "synthetic": np.array([2.0])}}
CURVES = {("mm", "HU"): (np.arange(3), {"real": np.array([[0.0, 1, np.nan], [2, 3, np.nan]]), "synthetic": np.ones((1, 3))})}
AREAS = pd.DataFrame({"value": [0.9, 0.5], "low": [0.8, 0.4], "high": [0.97, 0.6]}, index=["cnn", "hotelling"])


def test_shares_curves_and_areas_are_those_given():
    shares, curves, areas = realism_chart(SPREAD, CURVES, AREAS).axes
    assert shares.lines[0].get_xdata().tolist() == [1, 1, 2, 3]
    assert shares.lines[0].get_ydata() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert entries(shares) == ["real", "synthetic"]
    assert [line.get_ydata().tolist() for line in curves.lines] == [[1, 2], [1, 1, 1]]
    assert (curves.get_xlabel(), curves.get_ylabel()) == ("mm", "HU")
    assert dots(areas) == [([0.9, 0.5], [0, 1])]
    assert ticks(areas.yaxis) == ["cnn", "hotelling"]


def test_areas_may_be_missing_and_places_without_a_chart_stay_empty():
    figure = realism_chart(SPREAD | {"b": SPREAD["diameter in mm"]}, CURVES | {("a", "b"): CURVES["mm", "HU"]}, AREAS.iloc[:0])
    assert [ax.axison for ax in figure.axes] == [True] * 4 + [False] * 2
    assert len(realism_chart(SPREAD, {}).axes) == 1


def test_a_line_an_observer_with_its_intervals():
    table = pd.DataFrame(
        {"real_gap": [1.0, 0, 1, 0], "observer": ["a", "a", "b", "b"], "auc": [0.9, 0.5, 0.8, 0.6], "low": 0.4, "high": 1.0}
    )
    (ax,) = separability_chart(table).axes
    assert [line[1] for line in dots(ax)] == [[0.5, 0.9], [0.6, 0.8]]
    assert dots(ax)[0][0] != dots(ax)[1][0]  # not one over the other
    assert all(bar[0][1] == 0.4 and bar[1][1] == 1 for group in bars(ax) for bar in group)
    assert entries(ax) == ["a", "b"]


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(InputError, match="nothing to draw"):
        realism_chart({}, {})
    with pytest.raises(InputError, match=r"HU, real: curves of shape .* need 2 places"):
        realism_chart({}, {("mm", "HU"): (np.arange(2), CURVES["mm", "HU"][1])})
    with pytest.raises(InputError, match="there is no column 'auc'"):
        separability_chart(pd.DataFrame({"real_gap": [0.0], "observer": "a"}))
