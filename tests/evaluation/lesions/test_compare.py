"""Two models on the same cases, at the same number of false positives."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.evaluation.lesions import Detections, compare_sensitivity, detect
from tests.evaluation.lesions.bars import bars

MM = (1.0, 1.0, 1.0)


def model(found, n=20, alarm=0.2):
    """One lesion a case, found at 0.9 in the cases `found`, and a false alarm in every case at `alarm`."""
    cases = {}
    for number in range(n):
        soft = bars((40, 44), value=alarm) + (bars((0, 4), value=0.9) if number in found else 0)
        cases[f"case {number}"] = detect(soft > 0, bars((0, 4)), MM, confidence=soft)
    return Detections(cases)


def test_a_model_against_itself_is_no_difference():
    same = compare_sensitivity(model(range(10)), model(range(10)), 1)
    assert (same.difference.value, same.difference.low, same.difference.high, same.p) == (0, 0, 0, 1)


def test_the_difference_is_paired_by_case():
    result = compare_sensitivity(model(range(15)), model(range(10)), 0.5, n_bootstrap=1000, seed=1)
    assert (result.a.value, result.b.value, result.difference.value) == (0.75, 0.5, 0.25)
    drawn = np.random.default_rng(1).integers(20, size=(1000, 20))
    low, high = np.quantile(((drawn >= 10) & (drawn < 15)).mean(axis=1), [0.025, 0.975])
    assert (result.difference.low, result.difference.high) == (pytest.approx(low), pytest.approx(high))
    never = int(((drawn < 10) | (drawn >= 15)).all(axis=1).sum())
    assert result.p == pytest.approx(2 * (never + 1) / 1001)


def test_false_alarms_cost_a_model_its_threshold():
    """With alarms more certain than its finds, a model finds nothing at half a false positive a case."""
    result = compare_sensitivity(model(range(20)), model(range(20), alarm=0.95), 0.5)
    assert (result.a.value, result.b.value, result.difference.low) == (1, 0, 1)
    assert result.p == 2 / 1001
    assert compare_sensitivity(model(range(20)), model(range(20), alarm=0.95), 1).difference.value == 0


def test_the_order_of_the_cases_does_not_matter():
    b = model(range(10))
    turned = Detections(dict(reversed(b.cases.items())))
    assert compare_sensitivity(model(range(15)), turned, 0.5) == compare_sensitivity(model(range(15)), b, 0.5)


def test_models_are_compared_on_the_same_cases_and_one_truth():
    a = model(range(3), n=4)
    with pytest.raises(InputError, match="1 cases are not in both models: case 4; compare them on the same cases"):
        compare_sensitivity(a, model(range(3), n=5), 1)
    other = Detections(a.cases | {"case 0": detect(bars(), bars((0, 1), (5, 6)), MM)})
    with pytest.raises(InputError, match="case 0: the truth of a has 1 lesions, that of b 2"):
        compare_sensitivity(a, other, 1)
    strict = Detections({id: detect(bars(), bars((0, 4)), MM, rule="iou") for id in a.cases})
    with pytest.raises(InputError, match="match both by one rule"):
        compare_sensitivity(a, strict, 1)
    with pytest.raises(InputError, match="compared at one rate"):
        compare_sensitivity(a, a, [1, 2])
