"""Truth and prediction stand side by side, on the same slice, in the same colours."""

import numpy as np
import pytest

from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError
from atlas_lab.figures.paint import rgb
from atlas_lab.figures.predictions import predictions
from tests.figures.pictures import MIDDLE, captions, case_with, heading, legend, near, rendered


def answer(case, **masks):
    return LabelMap(masks, case.ct.affine, shape=case.ct.shape)


def test_each_case_has_its_truth_and_its_prediction():
    cases = [case_with(["liver"], id="p1"), case_with(["liver", "spleen"], id="p2")]
    figure = predictions(cases, [answer(case, liver=MIDDLE) for case in cases], title="step 250")
    assert captions(figure) == ["p1\ntruth", "p1\nprediction", "p2\ntruth", "p2\nprediction"]
    assert heading(figure) == "step 250"
    assert legend(figure) == ["liver", "spleen"]


def test_a_structure_that_is_missed_is_seen_in_the_truth_alone():
    case = case_with(["spleen"])
    pixels = rendered(predictions(case, answer(case), opacity=1.0))
    half = pixels.shape[1] // 2
    top = pixels[: pixels.shape[0] * 3 // 4]  # the legend is below
    assert near(top[:, :half], rgb("spleen")) > 50
    assert near(top[:, half:], rgb("spleen")) == 0


def test_a_structure_that_is_invented_is_seen_in_the_prediction_alone():
    case = case_with(["spleen"])
    pixels = rendered(predictions(case, answer(case, liver=MIDDLE), opacity=1.0))
    half = pixels.shape[1] // 2
    top = pixels[: pixels.shape[0] * 3 // 4]
    assert near(top[:, :half], rgb("liver")) == 0
    assert near(top[:, half:], rgb("liver")) > 50


def test_what_does_not_belong_together_is_refused():
    case = case_with(["liver"])
    with pytest.raises(InputError, match="1 cases and 0 answers"):
        predictions([case], [])
    with pytest.raises(InputError, match="the answer for case: lies on another grid"):
        predictions(case, LabelMap({"liver": np.zeros((3, 3, 3), bool)}, np.eye(4)))
