"""Of a validation, the slice with most of the truth is kept, with what is true and what is answered there."""

from types import SimpleNamespace

import numpy as np

from atlas_lab.data.masks import CroppedMask
from atlas_lab.learning.examples import Examples

SHAPE = (20, 18, 12)


def prepared(known=(True, True)):
    liver, spleen = (np.zeros(SHAPE, bool) for _ in range(2))
    liver[2:8, 2:8, 2:9] = True
    spleen[10:14, 4:9, 5] = True
    hu = np.random.default_rng(0).integers(-100, 100, SHAPE).astype(np.int16)
    bits = (liver | spleen << 1).astype(np.uint8)
    return SimpleNamespace(id="p1", hu=hu, bits=bits, known=known, affine=np.diag([2.0, 2, 3, 1])), liver, spleen


def seen(case, *masks):
    examples = Examples(("liver", "spleen"))
    examples.saw(case, [CroppedMask.of(mask) for mask in masks])
    ((kept, answer),) = examples.kept
    return kept, answer


def test_the_slice_with_most_of_the_truth_is_kept():
    case, liver, spleen = prepared()
    answer = np.zeros(SHAPE, bool)
    answer[3:9, 2:8, 4:7] = True
    kept, answered = seen(case, answer, np.zeros(SHAPE, bool))
    np.testing.assert_array_equal(kept.ct.array[..., 0], case.hu[..., 5])
    np.testing.assert_array_equal(kept.labels["liver"][..., 0], liver[..., 5])
    np.testing.assert_array_equal(kept.labels["spleen"][..., 0], spleen[..., 5])
    np.testing.assert_array_equal(answered["liver"][..., 0], answer[..., 5])
    assert not answered["spleen"].any()
    assert kept.ct.affine[2, 3] == 15


def test_a_class_that_the_case_is_not_annotated_for_has_no_truth():
    case, liver, _ = prepared(known=(True, False))
    kept, answered = seen(case, liver, liver)
    assert list(kept.labels) == ["liver"]
    assert list(answered) == ["liver", "spleen"]


def test_the_first_two_cases_are_drawn_and_nothing_is_no_picture():
    examples = Examples(("liver", "spleen"))
    assert examples.drawn() is None
    case, liver, spleen = prepared()
    for _ in range(3):
        examples.saw(case, [CroppedMask.of(liver), CroppedMask.of(spleen)])
    assert [ax.get_title() for ax in examples.drawn("step 10").axes] == ["p1\ntruth", "p1\nprediction"] * 2
