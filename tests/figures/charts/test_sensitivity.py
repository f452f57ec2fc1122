"""Sensitivity by size, never without its interval and its number."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import sensitivity_chart
from tests.figures.charts.estimates import bars, dots, entries, ticks

TABLE = pd.DataFrame(
    {"n": [4, 0, 10], "hits": [1, 0, 9], "sensitivity": [0.25, np.nan, 0.9], "low": [0.1, 0, 0.6], "high": [0.7, 1, 1]},
    index=pd.Index(["0–5", "5–10", "all"], name="radius_mm"),
)


def test_each_bin_has_its_point_interval_and_number():
    figure = sensitivity_chart(TABLE)
    (ax,) = figure.axes
    assert dots(ax) == [([0, 2], [0.25, 0.9])]
    assert bars(ax) == [[[[0, 0.1], [0, 0.7]], [[2, 0.6], [2, 1]]]]
    assert ticks(ax.xaxis) == ["0–5\nn = 4", "5–10\nn = 0", "all\nn = 10"]
    assert ax.get_xlabel() == "radius in mm"


def test_models_stand_side_by_side():
    (ax,) = sensitivity_chart({"a": TABLE, "b": TABLE.assign(n=[5, 0, 10])}).axes
    assert [x for x, _ in dots(ax)] == [[-0.25, 1.75], [0.25, 2.25]]
    assert entries(ax) == ["a", "b"]
    assert ticks(ax.xaxis)[0] == "0–5\nn = 4 / 5"


def test_tables_of_other_bins_are_refused():
    with pytest.raises(InputError, match="table 'b' has other bins than the first one; use the same edges for all models"):
        sensitivity_chart({"a": TABLE, "b": TABLE.iloc[:2]})
    with pytest.raises(InputError, match="tables: there is no column 'hits'"):
        sensitivity_chart(TABLE.drop(columns="hits"))
