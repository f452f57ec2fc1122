"""A mean says what is in it and what is not."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.evaluation import score, summary

MASK = np.zeros((8, 8, 8), bool)
MASK[2:5, 2:5, 2:5] = True
NONE = np.zeros_like(MASK)
CUT = np.zeros_like(MASK)
CUT[:3, 2:5, 2:5] = True


@pytest.fixture
def table():
    """Four cases: a hit, a miss, a cut liver, and a liver that nobody outlined; one has no spleen."""
    pairs = {
        "a": ({"liver": MASK, "spleen": MASK}, {"liver": MASK, "spleen": NONE}),
        "b": ({"liver": NONE}, {"liver": MASK}),
        "c": ({"liver": MASK}, {"liver": CUT}),
        "d": ({"liver": MASK}, {"spleen": MASK}),
    }
    return pd.concat({id: score(*pair, (1, 1, 1), tolerance_mm=1) for id, pair in pairs.items()}, names=["id"])


def test_a_missed_structure_counts_as_worst_and_a_cut_one_not_at_all(table):
    liver = summary(table).loc["liver"]
    assert liver[["n", "missed", "dsc", "nsd", "precision", "recall"]].tolist() == [2, 1, 0.5, 0.5, 0.5, 0.5]
    assert liver["hd95"] == np.inf
    assert liver["left_out"] == "cut: 1; not annotated: 1"


def test_a_cut_structure_is_left_out_whether_it_was_found_or_not():
    tables = {id: score({"liver": mask}, {"liver": CUT}, (1, 1, 1)) for id, mask in {"found": CUT, "missed": NONE}.items()}
    assert [table["flag"].item() for table in tables.values()] == ["cut", "cut, missed"]
    both = pd.concat(tables, names=["id"])
    assert summary(both).loc["liver", ["n", "left_out"]].tolist() == [0, "cut: 1; cut, missed: 1"]
    assert summary(both, cut=True).loc["liver", ["n", "missed", "dsc"]].tolist() == [2, 1, 0.5]


def test_cut_structures_come_in_on_request(table):
    liver = summary(table, cut=True).loc["liver"]
    assert liver["n"] == 3
    assert liver["left_out"] == "not annotated: 1"


def test_a_case_that_was_not_predicted_is_worst_and_a_structure_that_is_nowhere_is_left_out(table):
    spleen = summary(table).loc["spleen"]
    assert spleen[["n", "missed", "dsc"]].tolist() == [1, 1, 0]
    assert spleen["left_out"] == "only predicted: 1"


def test_cases_may_be_summed_up_instead(table):
    assert summary(table, by="id").loc["b", ["n", "dsc"]].tolist() == [1, 0]


def test_tables_without_flags_and_levels_that_are_not_there_are_refused(table):
    with pytest.raises(InputError, match="no column 'flag'"):
        summary(table.drop(columns="flag"))
    with pytest.raises(InputError, match="by='site': the table has id, structure"):
        summary(table, by="site")
