"""An outlier is found however small or large it is, and does not hide itself or accuse the others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.data import odd_cases


def measures(volumes, structure="seroma", hu=100.0, status="present", typical_ml=None, typical_hu=None) -> pd.DataFrame:
    rows = [
        {"id": f"case{n}", "structure": structure, "status": status, "volume_ml": v, "mean_hu": hu, "typical_ml": typical_ml,
         "typical_hu": typical_hu}
        for n, v in enumerate(volumes)
    ]  # fmt: skip
    return pd.DataFrame(rows).set_index(["id", "structure"])


@given(st.integers(0, 2**32), st.sampled_from([0.05, 20.0]), st.integers(6, 40))
def test_one_case_far_from_its_cohort_is_found_first(seed, factor, n):
    volumes = 1500 * np.exp(np.random.default_rng(seed).normal(0, 0.2, n))
    volumes[3] = 1500 * factor
    found = odd_cases(measures(volumes))
    assert found.loc[0, ["id", "check"]].tolist() == ["case3", "volume in cohort"]
    assert not found.loc[0, "low"] <= found.loc[0, "value"] <= found.loc[0, "high"]
    assert found["outside"].is_monotonic_decreasing


def test_cases_that_differ_by_a_few_percent_are_not_odd():
    assert odd_cases(measures([100, 100, 100, 100, 100, 104])).empty


def test_a_small_cohort_is_judged_by_the_typical_ranges_alone():
    assert odd_cases(measures([100, 100, 1])).empty
    found = odd_cases(measures([1500, 1500, 90], typical_ml=(1000, 2300)))
    assert found[["id", "check"]].to_numpy().tolist() == [["case2", "typical volume"]]
    found = odd_cases(measures([1500], hu=-700, typical_hu=(95, 130)))
    assert found.loc[0, ["check", "value"]].tolist() == ["typical HU", -700]
    assert odd_cases(measures([1500], hu=80, typical_ml=(1000, 2300), typical_hu=(95, 130))).empty


@pytest.mark.parametrize("status", ["cut", "absent"])
def test_what_is_cut_or_absent_is_not_judged(status):
    assert odd_cases(measures([1500] * 6 + [3], status=status, typical_ml=(1000, 2300))).empty
