"""A study that comes with the notebooks is shown as what it is: of another day and machine."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons import study


def test_a_study_shows_its_metrics_and_says_when_it_was_run():
    table = study("fine_tuning", "structures")
    assert list(table) == ["value", "low", "high", "n", "unit"]
    assert (table["low"] <= table["value"]).all()
    assert table.index.str.startswith("structures").all()
    assert len(study("fine_tuning")) > len(table)
    assert table.columns.name.startswith("study run of 20")


def test_a_study_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(InputError, match="did you mean 'fine_tuning'"):
        study("fine_tunning")
    with pytest.raises(InputError, match="nothing in the study of fine_tuning begins with 'nonsense'"):
        study("fine_tuning", "nonsense")
