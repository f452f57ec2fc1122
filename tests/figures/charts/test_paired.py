"""Two models case by case, and their difference with its interval."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import paired_chart
from tests.figures.charts.estimates import Estimate, bars, dots, entries, ticks

VALUES = pd.DataFrame({"U-Net": [0.5, 0.6, 0.7, 0.8], "MedNeXt": [0.7, 0.5, 0.7, 0.9]})
DIFFERENCE = Estimate(0.05, -0.05, 0.15)


def test_each_case_is_a_line_and_a_difference():
    left, right = paired_chart(VALUES, DIFFERENCE, "DSC").axes
    slopes = sorted(y for _, y in dots(left))
    assert slopes == [[0.5, 0.7], [0.6, 0.5], [0.7, 0.7], [0.8, 0.9]]
    assert entries(left) == ["MedNeXt higher in 2", "MedNeXt lower in 1", "the same in 1"]
    assert ticks(left.xaxis) == ["U-Net", "MedNeXt"]
    changes = sorted(y for _, ys in dots(right)[:-1] for y in ys)
    assert changes == pytest.approx([-0.1, 0, 0.1, 0.2])
    assert (left.get_ylabel(), right.get_ylabel()) == ("DSC", "MedNeXt – U-Net")


def test_the_estimate_has_its_interval():
    _, right = paired_chart(VALUES, DIFFERENCE, "DSC").axes
    assert bars(right) == [[[[0.5, -0.05], [0.5, 0.15]]]]
    assert dots(right)[-1] == ([0.5], [0.05])
    assert right.get_title() == "0.05 [−0.05, 0.15]"


def test_a_difference_of_something_else_is_refused():
    better = pd.DataFrame({"a": [0.5, 0.6], "b": [0.6, 0.8]})
    with pytest.raises(InputError, match=r"difference=-0\.15 does not lie among .* 0\.1 to 0\.2; give that of b minus a"):
        paired_chart(better, Estimate(-0.15, -0.2, -0.1), "DSC")
    with pytest.raises(InputError, match="give two columns, one a model, not 1"):
        paired_chart(better[["a"]], DIFFERENCE, "DSC")
    with pytest.raises(InputError, match="1 of 2 cases have a value that is NaN or infinite"):
        paired_chart(better.assign(a=[0.5, np.nan]), DIFFERENCE, "DSC")
    with pytest.raises(InputError, match="difference: float cannot be drawn"):
        paired_chart(better, 0.15, "DSC")
