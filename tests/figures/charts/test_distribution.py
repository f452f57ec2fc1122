"""Every case a dot, every structure a box."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import distribution_chart
from tests.figures.charts.estimates import bars, dots, entries, ticks

VALUES = pd.DataFrame({"structure": ["liver"] * 5 + ["aorta"] * 3 + ["seroma"], "value": [5.0, 1, 2, 4, 3, 0, 1, np.inf, np.nan]})


def test_dots_boxes_and_medians_are_those_of_the_cases():
    (ax,) = distribution_chart(VALUES, "HD95 in mm").axes
    assert ticks(ax.yaxis) == ["aorta (2 of 3)", "liver (5)", "seroma (0 of 1)"]
    assert [x for x, _ in dots(ax)] == [[0, 1], [1, 2, 3, 4, 5]]
    assert all(abs(y - row) < 0.3 for row, (_, places) in enumerate(dots(ax)) for y in places)
    boxes = [(box.get_x(), box.get_x() + box.get_width()) for box in ax.patches]
    assert boxes == [(0.25, 0.75), (2, 4)]
    assert [group[0][0][0] for group in bars(ax)] == [0.5, 3]
    assert ax.get_xlabel() == "HD95 in mm"


def test_models_stand_one_below_the_other_and_are_counted_apart():
    two = pd.concat([VALUES.assign(model="a"), VALUES.iloc[1:].assign(model="b")])
    (ax,) = distribution_chart(two, "DSC").axes
    assert entries(ax) == ["a", "b"]
    assert ticks(ax.yaxis) == ["aorta (2 of 3)", "liver (5 / 4)", "seroma (0 of 1)"]
    assert ax.patches[0].get_y() < ax.patches[2].get_y()
    assert ax.patches[0].get_facecolor() != ax.patches[2].get_facecolor()


def test_no_case_lies_on_the_frame():
    (ax,) = distribution_chart(VALUES, "HD95 in mm").axes
    low, high = ax.get_xlim()
    assert low < 0
    assert high > 5
    (low_box,) = distribution_chart(pd.DataFrame({"structure": "liver", "value": [2.0, 2, 2, 3, 4]}), "HD95").axes
    assert low_box.get_xlim()[0] < 2  # also where the box begins at the lowest value


def test_an_axis_has_the_ends_it_is_given():
    (ax,) = distribution_chart(VALUES, "DSC", (0, 1)).axes
    assert ax.get_xlim() == pytest.approx((-0.03, 1.03))


def test_nothing_finite_is_nothing_to_draw():
    with pytest.raises(InputError, match="none of the values is finite"):
        distribution_chart(VALUES.iloc[-2:], "DSC")
    with pytest.raises(InputError, match="there is no column 'structure'"):
        distribution_chart(VALUES[["value"]], "DSC")
