"""ROC curves with their areas, and where the threshold lies on them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.figures.charts import roc_chart
from tests.figures.charts.estimates import Estimate, dots, entries

CURVE = pd.DataFrame({"threshold": [np.inf, 0.8, 0.5, 0.1], "fpr": [0, 0, 0.5, 1], "tpr": [0, 0.6, 0.9, 1]})
ROC = SimpleNamespace(curve=CURVE, auc=Estimate(0.9, 0.8, 1.0))


def test_the_curve_is_drawn_and_its_area_is_named():
    (ax,) = roc_chart(ROC).axes
    assert ax.lines[0].get_xydata().tolist() == CURVE[["fpr", "tpr"]].to_numpy().tolist()
    assert entries(ax) == ["AUC 0.9 [0.8, 1.0]"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("1 – specificity", "sensitivity")


def test_several_models_differ_in_more_than_colour():
    (ax,) = roc_chart({"a": ROC, "$b$": ROC}).axes
    assert entries(ax) == ["a: AUC 0.9 [0.8, 1.0]", "$b$: AUC 0.9 [0.8, 1.0]"]
    assert len({line.get_linestyle() for line in ax.lines[:2]}) == len({line.get_color() for line in ax.lines[:2]}) == 2
    ax.figure.draw_without_rendering()


def test_a_threshold_lies_where_patients_from_it_up_are_positive():
    for threshold, point in ((0.5, (0.5, 0.9)), (0.6, (0, 0.6)), (0.8, (0, 0.6)), (0.9, (0, 0))):
        (ax,) = roc_chart({"a": ROC}, {"a": threshold}).axes
        assert dots(ax) == [([point[0]], [point[1]])]
    assert entries(ax)[1] == "score from 0.9 up"


def test_what_is_no_curve_is_refused():
    with pytest.raises(InputError, match=r"rocs: DataFrame cannot be drawn; give what evaluation\.patients\.roc returns"):
        roc_chart(CURVE)
    with pytest.raises(InputError, match="thresholds: there is no curve 'b'; there are 'a'"):
        roc_chart({"a": ROC}, {"b": 0.5})
    with pytest.raises(InputError, match="the mapping of names is empty"):
        roc_chart({})
