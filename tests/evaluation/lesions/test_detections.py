"""Curves and tables over many cases, computed by hand and by repeating the cases themselves."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.evaluation.lesions import Detections, detect
from atlas_lab.evaluation.lesions.counts import resamples
from atlas_lab.evaluation.lesions.sizes import sensitivity_by_size
from tests.evaluation.lesions.bars import bars

MM = (1.0, 1.0, 1.0)


def case(lesions=(), candidates=None, **how):
    """A case of lesions and of candidates with their confidences, each one row of voxels."""
    soft = np.zeros_like(bars(), np.float32)
    for span, confidence in (candidates or {}).items():
        soft += bars(span, value=confidence)
    return detect(soft > 0, bars(*lesions), MM, confidence=soft, **how)


@pytest.fixture
def four():
    """Three lesions in two of four cases: hit at 0.9 and 0.6, one missed; false positives at 0.8, 0.7 and 0.3."""
    return Detections({
        "a": case([(0, 4), (10, 14)], {(0, 3): 0.9, (20, 24): 0.8}),
        "b": case([(0, 4)], {(2, 6): 0.6}),
        "c": case([], {(0, 4): 0.7, (10, 14): 0.3}),
        "d": case(),
    })  # fmt: skip


def test_it_says_what_was_found_in_how_many_cases(four):
    assert repr(four) == "Detections(4 cases, 3 lesions: 2 hit, 1 missed; 3 false positives; any)"


def test_the_froc_curve_is_the_one_counted_by_hand(four):
    curve = four.froc(n_bootstrap=100)
    assert curve["threshold"].tolist() == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.3])
    assert curve["false_positives_per_case"].tolist() == [0, 1 / 4, 2 / 4, 2 / 4, 3 / 4]
    assert curve["sensitivity"].tolist() == [1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3]
    assert (curve["low"] <= curve["sensitivity"]).all()
    assert (curve["sensitivity"] <= curve["high"]).all()


def test_the_froc_score_is_the_mean_at_lunas_seven_rates(four):
    at = four.sensitivity_at(n_bootstrap=100)
    assert at.index.tolist() == [0.125, 0.25, 0.5, 1, 2, 4, 8]
    assert at["sensitivity"].tolist() == [1 / 3, 1 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3]
    score = four.froc_score(n_bootstrap=100)
    assert score.value == pytest.approx(4 / 7)
    assert score.low < 4 / 7 < score.high
    assert score.n == 4


def test_a_rate_that_no_threshold_keeps_has_no_sensitivity():
    noisy = Detections({"a": case([(0, 4)], {(0, 4): 0.5, (10, 14): 0.5})})
    assert noisy.sensitivity_at([0.5, 1], n_bootstrap=100)["sensitivity"].tolist() == [0, 1]


def test_average_precision_forces_what_was_missed(four):
    assert four.average_precision() == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 4)


def test_the_intervals_are_those_of_the_cases_drawn_one_by_one(four):
    counted = {"a": (2, {0.9: 1}, {0.8: 1}), "b": (1, {0.6: 1}, {}), "c": (0, {}, {0.7: 1, 0.3: 1}), "d": (0, {}, {})}
    thresholds = [0.9, 0.8, 0.7, 0.6, 0.3]
    curves = []
    for times in resamples(4, 200, 5):
        drawn = [counted[id] for id, n in zip("abcd", times, strict=True) for _ in range(n)]
        if lesions := sum(n for n, _, _ in drawn):
            curves.append([sum(n for _, hit, _ in drawn for c, n in hit.items() if c >= t) / lesions for t in thresholds])
    assert len(curves) < 200
    low, high = np.quantile(curves, [0.05, 0.95], axis=0)
    froc = four.froc(n_bootstrap=200, seed=5, confidence=0.9)
    assert froc["low"].tolist() == pytest.approx(low.tolist())
    assert froc["high"].tolist() == pytest.approx(high.tolist())


def test_curves_of_many_thresholds_equal_those_of_few(monkeypatch, four):
    whole, score = four.froc(), four.froc_score()
    monkeypatch.setattr("atlas_lab.evaluation.lesions.counts._AT_ONCE", 2)
    assert four.froc().equals(whole)
    assert four.froc_score() == score
    assert four.average_precision() == pytest.approx(0.5)


def test_patients_are_scored_with_and_without_the_place(four):
    wrong_place = case([(0, 4)], {(0, 4): 0.2, (20, 24): 0.9})
    patients = Detections(four.cases | {"e": wrong_place, "f": detect(None, bars((0, 4)), MM)}).patients()
    assert patients["tumour"].tolist() == [True, True, False, False, True, True]
    assert patients["score"].tolist() == pytest.approx([0.9, 0.6, 0.7, 0, 0.9, 0])
    assert patients["localised_score"].tolist() == pytest.approx([0.9, 0.6, 0.7, 0, 0.2, 0])
    assert patients["volume_ml"].tolist() == pytest.approx([9e-3, 5e-3, 10e-3, 0, 10e-3, 0])
    assert patients["missing"].tolist() == [False] * 5 + [True]


def test_all_cases_count_among_the_false_positives(four):
    assert four.false_positives_per_case() == 3 / 4
    assert four.false_positives_per_case(threshold=0.5) == 2 / 4


def test_lesions_are_the_rows_of_all_cases(four):
    assert four.lesions.index.names == ["id", "row"]
    assert four.lesions.loc["a", "outcome"].tolist() == ["hit", "missed", "hit", "false positive"]
    assert "d" not in four.lesions.index.get_level_values("id")
    assert Detections({"d": case()}).lesions.index.names == ["id", "row"]


def test_sensitivity_by_size_counts_each_lesion_once_and_early_ones_again():
    diameter = np.array([4, 10, 10.1, 19.9, 20, 20.1, 40, 41])
    found = np.array([False, True, True, True, False, True, True, True])
    table = sensitivity_by_size(found, diameter, "radius", (0, 5, 10, 15, 20), 0.95)
    assert table.index.tolist() == ["0–5", "5–10", "10–15", "15–20", ">20", "early", "all"]
    assert table["n"].tolist() == [2, 3, 1, 1, 1, 4, 8]
    assert table["hits"].tolist() == [1, 2, 1, 1, 1, 3, 6]
    assert table.loc["all", "sensitivity"] == 0.75
    by_diameter = sensitivity_by_size(found, diameter, "diameter", (0, 10, 20), 0.95)
    assert by_diameter["n"].tolist() == [2, 3, 3, 4, 8]


def test_the_interval_of_a_size_is_wilsons_and_an_empty_size_says_so(four):
    table = sensitivity_by_size(np.arange(10) < 8, np.full(10, 7.0), "radius", (0, 5, 10), 0.95)
    assert table.loc["0–5", ["low", "high"]].tolist() == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert table.loc["5–10", "n"] == 0
    assert np.isnan(table.loc["5–10", "sensitivity"])
    assert four.sensitivity_by_size().loc["early", ["n", "hits"]].tolist() == [3, 2]
    assert four.sensitivity_by_size(threshold=0.7).loc["all", ["n", "hits"]].tolist() == [3, 1]


def test_one_rule_for_all_cases(four):
    with pytest.raises(InputError, match=r"e was matched by iou, IoU 0\.1, others by any; match all by one rule"):
        Detections(four.cases | {"e": case(rule="iou")})
    assert Detections(four.cases | {"e": case(min_iou=0.5)}).false_positives_per_case() == 3 / 5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda of: Detections({}), "at least one case"),
        (lambda of: Detections({"a": 1}), "a: int is no Detection"),
        (lambda of: Detections({"c": of.cases["c"]}).froc(), "none of the 1 cases has a lesion"),
        (lambda of: of.froc(n_bootstrap=10), "n_bootstrap=10 must be at least 100"),
        (lambda of: of.froc(confidence=95), "confidence=95 must be between 0 and 1"),
        (lambda of: of.sensitivity_at(-1), "false_positives_per_case=-1"),
        (lambda of: of.sensitivity_by_size(by="volume"), "by='volume': choose radius or diameter"),
        (lambda of: of.sensitivity_by_size(edges=(0, 10, 5)), r"edges=\(0, 10, 5\): give sizes in mm"),
    ],
)
def test_what_cannot_be_counted_is_told(four, call, message):
    with pytest.raises(InputError, match=message):
        call(four)
