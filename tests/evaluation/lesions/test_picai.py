"""The ten cases with which the PI-CAI challenge tests its own evaluation, drawn anew as rows of voxels."""

import numpy as np
import pytest

from atlas_lab.evaluation.lesions import Detections, detect
from atlas_lab.evaluation.statistics.delong import auc
from tests.evaluation.lesions.bars import bars

# lesions, candidates with their confidence, and what picai_eval finds: (is a lesion, confidence, IoU)
CASES = [
    ([], [], []),
    ([(0, 4)], [], [(1, 0, 0)]),
    ([], [((0, 4), 1)], [(0, 1, 0)]),
    ([(0, 4)], [((9, 12), 1)], [(1, 0, 0), (0, 1, 0)]),
    ([(0, 1)], [((1, 2), 1)], [(1, 1, 1 / 3)]),
    ([(25, 49)], [((9, 33), 1), ((47, 71), 2)], [(1, 1, 9 / 41), (0, 2, 0)]),
    ([(18, 35)], [((9, 26), 1), ((30, 38), 2)], [(1, 1, 1 / 3)]),
    ([(0, 4), (6, 10)], [((2, 8), 1)], [(1, 1, 1 / 3), (1, 0, 0)]),
    ([(6, 14), (16, 20)], [((10, 16), 1)], [(1, 1, 5 / 11), (1, 0, 0)]),
    ([(0, 12)], [((12, 24), 1)], [(1, 0, 0), (0, 1, 0)]),
]


@pytest.fixture(scope="module")
def detections():
    cases = {}
    for number, (lesions, candidates, _) in enumerate(CASES):
        soft = sum((bars(span, value=confidence) for span, confidence in candidates), bars(value=0))
        cases[f"case-{number}"] = detect(soft > 0, bars(*lesions), (1, 1, 1), confidence=soft, rule="hungarian", min_iou=0.1)
    return Detections(cases)


@pytest.mark.parametrize("number", range(10))
def test_every_case_is_matched_as_published(detections, number):
    table = detections.cases[f"case-{number}"].table
    counted = table[(table["kind"] == "truth") | (table["outcome"] == "false positive")]
    found = [
        (int(kind == "truth"), c, o) for kind, c, o in zip(counted["kind"], counted["confidence"], counted["iou"], strict=True)
    ]
    expected = CASES[number][2]
    assert np.allclose(sorted(found), sorted(expected)) if expected else not found


def test_froc_average_precision_and_auroc_are_the_published_ones(detections):
    curve = detections.froc(n_bootstrap=100)
    assert curve["threshold"].tolist() == [2, 1]
    assert curve["sensitivity"].tolist() == [0, 0.5]
    assert curve["false_positives_per_case"].tolist() == [0.1, 0.4]
    assert detections.average_precision() == pytest.approx(0.2777777777777778)
    patients = detections.patients()
    assert patients["score"].tolist() == [0, 0, 1, 1, 1, 2, 2, 1, 1, 1]
    assert auc(patients["tumour"], patients["score"]).value == 0.75
