"""FROC curves as steps with bands."""

import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import froc_chart
from tests.figures.charts.estimates import entries, ticks

CURVE = pd.DataFrame(
    {"false_positives_per_case": [0, 0.5, 3], "sensitivity": [0.2, 0.5, 0.7], "low": [0.1, 0.4, 0.6], "high": [0.3, 0.6, 0.8]}
)


def test_the_curve_is_a_step_that_goes_on_at_its_last_height():
    (ax,) = froc_chart(CURVE.iloc[::-1]).axes
    (line,) = ax.lines
    assert line.get_drawstyle() == "steps-post"
    assert line.get_xydata().tolist() == [[0, 0.2], [0.5, 0.5], [3, 0.7], [4, 0.7]]
    (band,) = ax.collections
    edges = band.get_paths()[0].vertices
    assert (edges[:, 1].min(), edges[:, 1].max()) == (0.1, 0.8)


def test_the_axis_doubles():
    figure = froc_chart(CURVE)
    figure.draw_without_rendering()
    (ax,) = figure.axes
    assert ticks(ax.xaxis) == ["0", "0.125", "0.25", "0.5", "1", "2", "4"]
    assert ax.get_xlim() == (0, 4)
    places = ax.transData.transform([(x, 0) for x in (0.5, 1, 2, 4)])[:, 0]
    assert places[1] - places[0] == pytest.approx(places[3] - places[2])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("false positives per case", "sensitivity of lesions")


def test_models_are_named():
    assert entries(froc_chart({"a": CURVE, "b": CURVE}).axes[0]) == ["a", "b"]
    assert entries(froc_chart(CURVE).axes[0]) == []


def test_what_is_no_curve_is_refused():
    with pytest.raises(InputError, match="curve 'a': there is no column 'false_positives_per_case': did you mean"):
        froc_chart({"a": CURVE.rename(columns={"false_positives_per_case": "false_positive_per_case"})})
    with pytest.raises(InputError, match="curves: there is nothing to draw, the table has no rows"):
        froc_chart(CURVE.iloc[:0])
    with pytest.raises(InputError, match="curves: give a DataFrame, not list"):
        froc_chart([1])
