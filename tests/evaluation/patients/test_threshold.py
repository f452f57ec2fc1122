"""A threshold is chosen on validation patients and judged on others."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.evaluation.patients import choose_threshold
from atlas_lab.evaluation.statistics import proportion
from tests.evaluation.patients.tables import table

# 20 controls with scores 0.00 to 0.95, tumours of which one scores below most controls.
VALIDATION = table([0] * 20 + [1] * 4, [*np.arange(20) / 20, 0.3, 0.92, 0.96, 0.99])
TEST = table([1, 1, 1, 0, 0], [0.97, 0.95, 0.2, 0.99, 0.5]).set_axis(list("abcde"))


def test_a_specificity_is_reached_and_no_more_given_away_than_needed():
    threshold = choose_threshold(VALIDATION, specificity=0.95, split="validation")
    assert threshold.value == 0.92  # one of twenty controls, that with 0.95, is above
    assert (threshold.specificity, threshold.sensitivity) == (proportion(19, 20), proportion(3, 4))
    assert choose_threshold(VALIDATION, specificity=0.96, split="val").value == 0.96


def test_it_says_how_it_was_chosen_and_names_nobody():
    threshold = choose_threshold(VALIDATION, specificity=0.95, split="validation")
    assert repr(threshold) == (
        f"Threshold(score from 0.92 up, specificity at least 0.95; sensitivity {threshold.sensitivity}; specificity "
        f"{threshold.specificity}; chosen on 24 patients, digest {threshold.digest[:8]})"
    )


def test_a_sensitivity_is_reached_with_the_best_specificity():
    threshold = choose_threshold(VALIDATION, sensitivity=0.8, split="tune")
    assert (threshold.value, threshold.sensitivity.value, threshold.specificity.value) == (0.3, 1, 6 / 20)
    assert threshold.rule == "sensitivity at least 0.8"


def test_youdens_index_is_largest():
    """0.92 gives 3/4 + 19/20, more than 0.96 with 2/4 + 20/20."""
    assert choose_threshold(VALIDATION, youden=True, split="validation").value == 0.92


SCORES = st.lists(st.integers(0, 9), min_size=1, max_size=15)


@given(SCORES, SCORES, st.sampled_from([0.5, 0.8, 0.95]))
def test_no_other_threshold_is_better(tumours, controls, target):
    patients = table([1] * len(tumours) + [0] * len(controls), tumours + controls)
    tumours, controls = np.array(tumours), np.array(controls)
    candidates = np.unique(patients["score"])
    sensitivity = np.array([(tumours >= t).mean() for t in candidates])
    specificity = np.array([(controls < t).mean() for t in candidates])
    chosen = choose_threshold(patients, sensitivity=target, split="val")
    assert chosen.sensitivity.value >= target
    assert chosen.specificity.value == specificity[sensitivity >= target].max()
    if (specificity >= target).any():
        chosen = choose_threshold(patients, specificity=target, split="val")
        assert chosen.specificity.value >= target
        assert chosen.sensitivity.value == sensitivity[specificity >= target].max()
    chosen = choose_threshold(patients, youden=True, split="val")
    assert chosen.sensitivity.value + chosen.specificity.value == pytest.approx((sensitivity + specificity).max())


def test_it_is_not_chosen_on_a_test_set():
    for patients in (VALIDATION.assign(split="test"), VALIDATION.assign(split=["val"] * 23 + ["test"])):
        with pytest.raises(InputError, match="chosen on validation patients, not on test; the test set only judges it"):
            choose_threshold(patients, youden=True)
        with pytest.raises(InputError, match="not on test"):
            choose_threshold(patients, youden=True, split="validation")
    with pytest.raises(InputError, match="not on Test"):
        choose_threshold(VALIDATION, youden=True, split="Test")
    with pytest.raises(InputError, match="not on train"):
        choose_threshold(VALIDATION, youden=True, split="train")
    told = VALIDATION.copy()
    told.attrs["split"] = "test"
    with pytest.raises(InputError, match="not on test"):
        choose_threshold(told, youden=True)


def test_nor_on_patients_of_whom_nobody_knows_the_split():
    with pytest.raises(InputError, match="which split are these patients\\? declare it: split='validation'"):
        choose_threshold(VALIDATION, youden=True)
    told = VALIDATION.copy()
    told.attrs["split"] = "validation"
    declared = choose_threshold(VALIDATION, youden=True, split="validation")
    assert choose_threshold(told, youden=True) == choose_threshold(VALIDATION.assign(split="val"), youden=True) == declared


def test_it_remembers_its_patients_and_refuses_to_be_judged_on_them():
    threshold = choose_threshold(VALIDATION, youden=True, split="validation")
    ids = sorted(VALIDATION.index)
    assert threshold.digest == hashlib.sha256("\n".join(ids).encode()).hexdigest()
    mixed = pd.concat([TEST, VALIDATION.iloc[[3, 21]]])
    with pytest.raises(InputError, match="was chosen on 2 of these patients: p3, p21; report on patients it has not seen"):
        threshold.report(mixed)
    with pytest.raises(InputError, match="24 of these patients: p0, p1, p2, p3, p4 and 19 more"):
        threshold.report(VALIDATION)
    assert len(repr(threshold)) < 500


def test_the_report_counts_by_hand():
    """From 0.92 up: two of three tumours, one of two controls."""
    report = choose_threshold(VALIDATION, youden=True, split="validation").report(TEST)
    assert report.loc["location-blind", "count"].to_dict() == {
        "sensitivity": 2, "specificity": 1, "PPV": 2, "NPV": 1, "accuracy": 3
    }  # fmt: skip
    assert report.loc["location-blind", "n"].tolist() == [3, 2, 3, 2, 5]
    interval = proportion(2, 3)
    assert report.loc[("location-blind", "sensitivity"), ["value", "low", "high"]].tolist() == [
        2 / 3,
        interval.low,
        interval.high,
    ]
    assert report.attrs == {"threshold": 0.92, "score": "score", "method": "wilson", "confidence": 0.95}


def test_an_alarm_elsewhere_is_no_find():
    """Patient a is called positive for something that is not the lesion: found blindly, missed by location, no right call."""
    threshold = choose_threshold(VALIDATION, youden=True, split="validation")
    report = threshold.report(TEST.assign(localised_score=[0.1, 0.95, 0.2, 0.99, 0.5]), "clopper_pearson", 0.9)
    both = report["count"].unstack("reading")
    assert both.loc["sensitivity"].to_dict() == {"localisation-aware": 1, "location-blind": 2}
    assert both.loc["PPV"].to_dict() == {"localisation-aware": 1, "location-blind": 2}
    assert report.loc["localisation-aware", "n"].tolist() == [3, 2, 3, 2, 5]
    assert both.loc["specificity"].nunique() == both.loc["NPV"].nunique() == 1
    interval = proportion(1, 3, "clopper_pearson", 0.9)
    assert report.loc[("localisation-aware", "PPV"), ["low", "high"]].tolist() == [interval.low, interval.high]


def test_a_volume_can_be_the_score_and_has_its_own_localised_column():
    patients = TEST.assign(volume_ml=[5.0, 4, 0, 3, 0], localised_volume_ml=[0.0, 4, 0, 3, 0])
    threshold = choose_threshold(patients.rename(index="v{}".format), specificity=0.5, score="volume_ml", split="val")
    assert threshold.value == 4
    assert threshold.report(patients).loc[("localisation-aware", "sensitivity"), "count"] == 1


def test_a_cohort_of_controls_has_a_specificity_and_says_that_it_knows_no_sensitivity():
    report = choose_threshold(VALIDATION, youden=True, split="validation").report(TEST[~TEST["tumour"]]).loc["location-blind"]
    assert report.loc["specificity", "value"] == 0.5
    assert report.loc["sensitivity", ["n", "low", "high"]].tolist() == [0, 0, 1]


def test_a_localised_score_that_contradicts_the_score_is_refused():
    threshold = choose_threshold(VALIDATION, youden=True, split="validation")
    with pytest.raises(InputError, match="'localised_score' is above 'score' for b; what hit the lesion cannot score more"):
        threshold.report(TEST.assign(localised_score=[0.1, 0.96, 0.2, 0.99, 0.5]))
    with pytest.raises(InputError, match="'localised_score' must equal 'score' without a tumour; it does not for d"):
        threshold.report(TEST.assign(localised_score=[0.1, 0.95, 0.2, 0.1, 0.5]))
    with pytest.raises(InputError, match="column 'localised_score': 1 of 5 values are NaN"):
        threshold.report(TEST.assign(localised_score=[np.nan, 0.95, 0.2, 0.99, 0.5]))


def test_rules_that_do_not_decide_are_refused():
    with pytest.raises(InputError, match="choose one rule for the threshold"):
        choose_threshold(VALIDATION, split="val")
    with pytest.raises(InputError, match="choose one rule for the threshold"):
        choose_threshold(VALIDATION, specificity=0.9, youden=True, split="val")
    with pytest.raises(InputError, match="specificity=95 must be between 0 and 1"):
        choose_threshold(VALIDATION, specificity=95, split="val")
    with pytest.raises(InputError, match=r"no threshold has specificity at least 0\.9 and calls a patient positive"):
        choose_threshold(table([1, 0], [0.3, 0.4]), specificity=0.9, split="val")
    with pytest.raises(InputError, match="2 of 2 have a tumour"):
        choose_threshold(table([1, 1], [0.3, 0.4]), youden=True, split="val")
