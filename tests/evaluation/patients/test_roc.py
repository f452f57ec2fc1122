"""How a score ranks patients."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.evaluation.patients import roc
from atlas_lab.evaluation.statistics import auc
from tests.evaluation.patients.tables import table


def test_the_curve_of_five_patients_by_hand():
    result = roc(table([1, 1, 0, 0, 1], [0.9, 0.5, 0.5, 0.1, 0.2]))
    assert result.curve.to_dict("list") == {
        "threshold": [np.inf, 0.9, 0.5, 0.2, 0.1],
        "fpr": [0, 0, 0.5, 0.5, 1],
        "tpr": [0, 1 / 3, 2 / 3, 1, 1],
    }
    assert result.auc.value == pytest.approx((2 + 1.5 + 1) / 6)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=40).filter(lambda p: len({t for t, _ in p}) == 2)
)
def test_the_area_below_the_curve_is_the_area(patients):
    tumour, score = zip(*patients, strict=True)
    result = roc(table(tumour, score))
    assert np.trapezoid(result.curve["tpr"], result.curve["fpr"]) == pytest.approx(result.auc.value)
    for _, point in result.curve.iloc[1:].iterrows():
        called = np.array(score) >= point["threshold"]
        assert point["tpr"] == called[np.array(tumour)].mean()
        assert point["fpr"] == called[~np.array(tumour)].mean()


def test_another_column_can_be_the_score():
    patients = table([1, 0], [0, 0], volume_ml=[3.0, 0.2])
    assert roc(patients, "volume_ml").auc == auc([1, 0], [3.0, 0.2])


def test_tables_that_hold_no_patients_are_refused():
    good = table([1, 0], [0.3, 0.4])
    with pytest.raises(InputError, match="give a DataFrame with one row a patient, not list"):
        roc([1, 2])
    with pytest.raises(InputError, match="there is no column 'tumour': did you mean 'tumor'"):
        roc(good.rename(columns={"tumour": "tumor"}))
    with pytest.raises(InputError, match="column 'tumour' must be True or False, not int64"):
        roc(good.astype({"tumour": int}))
    with pytest.raises(InputError, match="p0 more than once"):
        roc(pd.concat([good, good.iloc[:1]]))
    with pytest.raises(InputError, match="column 'score': 1 of 2 values are NaN"):
        roc(good.assign(score=[0.1, np.nan]))
    with pytest.raises(InputError, match="0 of 2 have a tumour; patients with and without are needed"):
        roc(table([0, 0], [1, 2]))
