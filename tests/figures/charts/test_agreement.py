"""Differences against means, with bias and limits."""

from types import SimpleNamespace

import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import bland_altman_chart
from tests.figures.charts.estimates import Estimate, dots

TABLE = pd.DataFrame({"mean": [100.0, 200, 300], "difference": [-5.0, 0, 8]})
RESULT = SimpleNamespace(
    table=TABLE, bias=Estimate(1, -1, 3), lower_limit=Estimate(-12.4, -15, -10), upper_limit=Estimate(14.4, 12, 17)
)


def test_cases_bias_and_limits_are_where_they_were_measured():
    (ax,) = bland_altman_chart(RESULT, "mL", ("model", "reader")).axes
    assert dots(ax) == [([100, 200, 300], [-5, 0, 8])]
    assert sorted(line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) == 2) == [-12.4, 1, 14.4]
    bands = sorted((patch.get_y(), patch.get_y() + patch.get_height()) for patch in ax.patches)
    assert bands == [(-15, -10), (-1, 3), (12, 17)]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mean of model and reader in mL", "model – reader in mL")
    assert {text.get_text() for text in ax.texts} == {"upper limit\n+14", "bias\n+1", "lower limit\n−12"}


def test_what_is_no_agreement_is_refused():
    with pytest.raises(InputError, match=r"agreement: DataFrame cannot be drawn; give what evaluation\.bland_altman returns"):
        bland_altman_chart(TABLE, "mL")
