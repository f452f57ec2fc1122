"""Estimates below each other, in pictures and in figures."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import interval_chart
from tests.figures.charts.estimates import bars, dots, ticks

TABLE = pd.DataFrame(
    {"value": [0.1, np.nan, -0.2], "low": [0.05, 0, -0.3], "high": [0.15, 1, -0.1], "n": [20, 0, 30]}, index=["a", "b", "c"]
)


def test_each_estimate_has_its_point_interval_and_figures():
    (ax,) = interval_chart(TABLE, "difference in DSC", reference=0).axes
    assert dots(ax) == [([0.1, -0.2], [0, 2])]
    assert bars(ax) == [[[[0.05, 0], [0.15, 0]], [[-0.3, 2], [-0.1, 2]]]]
    assert [text.get_text() for text in ax.texts] == ["0.10 [0.05, 0.15], n = 20", "–, n = 0", "−0.20 [−0.30, −0.10], n = 30"]
    assert ticks(ax.yaxis) == ["a", "b", "c"]
    assert ax.lines[0].get_xdata() == [0, 0]
    assert ax.get_xlabel() == "difference in DSC"


def test_levels_are_joined_and_numbers_are_optional():
    table = TABLE.iloc[:1, :3].set_axis(pd.MultiIndex.from_tuples([("location-blind", "PPV")]))
    (ax,) = interval_chart(table, "proportion").axes
    assert ticks(ax.yaxis) == ["location-blind, PPV"]
    assert [text.get_text() for text in ax.texts] == ["0.10 [0.05, 0.15]"]


def test_figures_stand_within_the_picture():
    figure = interval_chart(TABLE, "difference")
    figure.draw_without_rendering()
    width = figure.bbox.width
    assert all(text.get_window_extent().x1 < width for text in figure.axes[0].texts)


def test_nothing_known_is_nothing_to_draw():
    with pytest.raises(InputError, match="none of the values is finite"):
        interval_chart(TABLE.iloc[1:2], "x")
    with pytest.raises(InputError, match="there is no column 'low'"):
        interval_chart(TABLE.drop(columns="low"), "x")
