"""Reliability against the diagonal, with the number of samples below."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import reliability_chart
from tests.figures.charts.estimates import bars, dots, entries

TABLE = pd.DataFrame(
    {
        "low": [0, 1 / 3, 2 / 3], "high": [1 / 3, 2 / 3, 1], "n": [8, 0, 3], "probability": [0.1, np.nan, 0.8],
        "true": [0.2, np.nan, 0.5], "true_low": [0.1, 0, 0.3], "true_high": [0.4, 1, 0.9],
    }
)  # fmt: skip
RESULT = SimpleNamespace(table=TABLE, ece=0.1234)


def test_bins_that_hold_something_are_drawn():
    above, below = reliability_chart(RESULT).axes
    assert dots(above) == [([0.1, 0.8], [0.2, 0.5])]
    assert bars(above) == [[[[0.1, 0.1], [0.1, 0.4]], [[0.8, 0.3], [0.8, 0.9]]]]
    values, edges, _ = below.patches[0].get_data()
    assert values.tolist() == [8, 0, 3]
    assert edges.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert entries(above) == ["ECE 0.123"]
    assert below.get_xlabel() == "predicted probability"


def test_models_are_named_with_their_error():
    figure = reliability_chart({"a": RESULT, "b": RESULT})
    figure.draw_without_rendering()
    assert entries(figure.axes[0]) == ["a: ECE 0.123", "b: ECE 0.123"]


def test_what_is_no_calibration_is_refused():
    with pytest.raises(InputError, match=r"calibrations: DataFrame cannot be drawn; give what evaluation\.calibration returns"):
        reliability_chart(TABLE)
