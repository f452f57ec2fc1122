"""Two masks, and a label map against the truth: every voxel is counted once, and the picture looks where they differ."""

import numpy as np
import pytest

from atlas_lab.data import label_files
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import CroppedMask
from atlas_lab.errors import InputError
from atlas_lab.figures import compare, error_map
from atlas_lab.figures._difference import Difference
from atlas_lab.figures._layers import BLUE, MAGENTA, ORANGE
from atlas_lab.figures.paint import from_hex
from tests.figures.pictures import MIDDLE, SHAPE, block, captions, case_with, heading, legend, near, rendered

# 12 uL a voxel
SHIFTED = block(slice(5, 15), slice(5, 15), slice(7, 20)) | block(slice(0, 2), slice(0, 5), slice(22, 23))


def at_slices(figure) -> list[int]:
    return [int(words.split()[2]) - 1 for words in captions(figure)]


def test_what_agrees_and_what_does_not_is_counted_in_ml():
    figure = compare(case_with(["liver"]), MIDDLE, SHIFTED, names=("mine", "yours"))
    agreed, mine, yours = (MIDDLE & SHIFTED).sum(), (MIDDLE & ~SHIFTED).sum(), (SHIFTED & ~MIDDLE).sum()
    assert legend(figure) == [
        f"agreed, {agreed * 0.012:.3g} mL", f"only mine, {mine * 0.012:.3g} mL", f"only yours, {yours * 0.012:.3g} mL",
    ]  # fmt: skip


def test_each_plane_shows_most_of_the_difference_unless_told_otherwise():
    case = case_with({"liver": MIDDLE, "spleen": block(slice(1, 4), slice(1, 4), slice(2, 3))})
    tip = MIDDLE | block(slice(16, 18), slice(3, 9), slice(21, 22))
    assert at_slices(compare(case, MIDDLE, tip)) == [21, 3, 16]
    assert at_slices(compare(case, MIDDLE, MIDDLE)) == [5, 5, 5]  # no difference: where the structure is
    assert at_slices(compare(case, MIDDLE, tip, at=(4, 3, 2))) == [2, 3, 4]
    assert at_slices(compare(case, MIDDLE, tip, at="spleen")) == [2, 2, 2]
    assert at_slices(compare(case, tip & ~tip, tip & ~tip))[1:] == [11, 10]  # nothing at all: the middle of the CT


def test_both_outlines_are_drawn_in_their_colours():
    figure = compare(case_with(["liver"]), MIDDLE, SHIFTED)
    for ax in figure.axes:
        assert {tuple(np.round(c.get_color()[0][:3] * 255).astype(int)) for c in ax.collections} <= {
            from_hex(ORANGE),
            from_hex(BLUE),
        }
    assert near(rendered(figure), from_hex(ORANGE)) > 20


def test_label_maps_and_cases_are_compared_by_the_structure_or_organ_named():
    left, right = MIDDLE & (np.arange(20) < 10)[:, None, None], MIDDLE & (np.arange(20) >= 10)[:, None, None]
    case = case_with({"kidney_left": left, "kidney_right": right})
    other = LabelMap({"kidney_left": left, "kidney_right": left}, case.ct.affine)
    assert heading(compare(case, case, other, "kidney")) == "case, kidney"
    assert legend(compare(case, case, other, "kidney")) == legend(compare(case, MIDDLE, left))
    assert legend(compare(case, case.labels, MIDDLE, "kidney_left")) == legend(compare(case, left, MIDDLE))


def test_what_cannot_be_compared_is_said_plainly():
    case = case_with(["liver"])
    elsewhere = LabelMap({"liver": MIDDLE}, np.diag([1, 2, 3, 1]))
    for first, structure, said in (
        (MIDDLE[1:], None, "mine: the mask has shape"),
        (np.arange(MIDDLE.size).reshape(SHAPE), None, "mine: holds the values 0, 1, 2"),
        (case.labels, None, "mine: is a label map, so name the structure"),
        (case.labels, "spleen", "'spleen' is not annotated here"),
        (case.labels, "splen", "unknown structure 'splen'"),
        (elsewhere, "liver", "mine: lies on another grid"),
    ):
        with pytest.raises(InputError, match=said):
            compare(case, first, MIDDLE, structure, names=("mine", "yours"))


def test_every_voxel_of_a_label_map_is_right_missed_extra_or_swapped():
    rng = np.random.default_rng(0)
    truth, given = rng.integers(0, 3, SHAPE), rng.integers(0, 3, SHAPE)
    pairs = [(CroppedMask.of(truth == k), CroppedMask.of(given == k)) for k in (1, 2)]
    found = Difference.of(pairs, SHAPE)
    np.testing.assert_array_equal(found.both, (truth == given) & (truth > 0))
    np.testing.assert_array_equal(found.first, (truth > 0) & (given == 0))
    np.testing.assert_array_equal(found.second, (truth == 0) & (given > 0))
    np.testing.assert_array_equal(found.swapped, (truth > 0) & (given > 0) & (truth != given))


def test_an_error_map_names_its_volumes_and_looks_at_most_errors():
    case = case_with({"liver": MIDDLE, "spleen": block(slice(0, 3), slice(0, 3), slice(0, 3)), "colon": MIDDLE})
    wrong = block(slice(0, 3), slice(0, 3), slice(1, 2))
    prediction = LabelMap({"liver": MIDDLE | wrong, "spleen": case.labels["spleen"] & ~wrong}, case.ct.affine)
    figure = error_map(case, prediction, case)
    assert legend(figure) == ["right, 18.2 mL", "missed, 0 mL", "extra, 0 mL", "another structure, 0.108 mL"]
    assert heading(figure) == "case, 2 structures"  # nobody predicted a colon
    assert at_slices(figure)[0] == 1
    assert near(rendered(figure), from_hex(MAGENTA)) > 0
    assert legend(error_map(case, prediction, case, structures="spleen")) == [
        "right, 0.216 mL",
        "missed, 0.108 mL",
        "extra, 0 mL",
    ]


def test_a_prediction_without_the_structure_cannot_be_judged():
    case = case_with(["liver", "spleen"])
    prediction = LabelMap({"liver": MIDDLE}, case.ct.affine)
    with pytest.raises(InputError, match="prediction: is not annotated for 'spleen'"):
        error_map(case, prediction, case, structures=["spleen"])
    with pytest.raises(InputError, match="share no structure: liver and colon"):
        error_map(case, prediction, case_with(["colon"]))
    with pytest.raises(InputError, match="truth: ndarray is neither a LabelMap nor a Case"):
        error_map(case, prediction, MIDDLE)


@pytest.mark.real
def test_an_error_map_of_a_real_prediction_adds_up_to_the_real_truth(real_data):
    case = Case.open(real_data / "cases" / "TS_ABD_0002")
    files = label_files.structure_files(real_data / "predictions" / "totalsegmentator_fast" / case.id / "segmentations")
    prediction = label_files.open_masks(files, case.ct.disk, "1.1")
    right, missed, _ = (
        float(words.split(", ")[1].split()[0]) for words in legend(error_map(case, prediction, case, structures="liver"))
    )
    assert right + missed == pytest.approx(case.labels.volume_ml("liver"), abs=1)
    assert missed < 0.05 * right
