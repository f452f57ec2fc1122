"""Checkers of the lesson on synthesis accept right answers and name what is wrong with the usual wrong ones."""

import numpy as np
import pytest

from atlas_lab.lessons import check


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda hu, soft, texture, drop: hu - soft * texture * drop, True, "the organ shines through"),
        (lambda hu, soft, texture, drop: hu + soft * texture * drop, False, "brighter than its organ"),
        (lambda hu, soft, texture, drop: hu - soft * drop, False, "texture is missing"),
        (lambda hu, soft, texture, drop: hu - texture * drop, False, "the whole image drops"),
        (lambda hu, soft, texture, drop: np.where(soft > 0.5, hu - texture * drop, hu), False, "the edge is hard"),
        (lambda hu, soft, texture, drop: (1 - soft) * hu + soft * texture * drop, False, "whatever the phase"),
        (lambda hu, soft, texture, drop: hu - 1, False, "outside the soft mask changed"),
        (lambda hu, soft, texture, drop: hu - soft * texture * drop / 2, False, "should drop by"),
        (lambda hu, soft, texture, drop: 3.0, False, "an array of shape"),
        (lambda hu, soft, texture, drop: ..., False, "still returns"),
    ],
)
def test_blend(answer, ok, said, capsys):
    assert bool(check("blend", answer)) is ok
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda accept, tries: 1 - (1 - accept) ** tries, True, "tumours lean that way"),
        (lambda accept, tries: 1 - (1 - accept) ** 3, False, "use `tries`"),
        (lambda accept, tries: accept, False, "that is one try"),
        (lambda accept, tries: accept * tries, False, "do not add up"),
        (lambda accept, tries: accept**tries, False, "all tries are accepted"),
        (lambda accept, tries: (1 - accept) ** tries, False, "take it from 1"),
        (lambda accept, tries: 1.0, False, "the tissue does not matter"),
        (lambda accept, tries: accept / 2, False, "0.657"),
        (lambda accept, tries: "often", False, "one number"),
        (lambda accept, tries: ..., False, "still returns"),
    ],
)
def test_spreads(answer, ok, said, capsys):
    assert bool(check("spreads", answer)) is ok
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        (lambda: {"contrast": -38.0, "edge_mm": 0.7}, True, "near enough"),
        (lambda: {"contrast": -80.0, "edge_mm": 1.0}, False, "darker than the lesion"),
        (lambda: {"contrast": -15.0, "edge_mm": 0.7}, False, "brighter than the lesion"),
        (lambda: {"contrast": -40.0, "edge_mm": 3.0}, False, "change edge_mm"),
        (lambda: {"contrst": -40.0}, False, "refuses"),
        (lambda: -40.0, False, "return a dict"),
        (lambda: ..., False, "still returns"),
    ],
)
def test_imitate(answer, ok, said, capsys):
    assert bool(check("imitate", answer)) is ok
    assert said in capsys.readouterr().out
