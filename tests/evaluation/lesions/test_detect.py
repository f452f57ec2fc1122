"""What is a hit, what is missed, and what was never there."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.evaluation.lesions import detect
from atlas_lab.viewers.boxes import Box, check_boxes
from tests.evaluation.lesions import brute
from tests.evaluation.lesions.bars import bars

MM = (1.0, 1.0, 1.0)


def counted(detection):
    """Lesions hit and missed, candidates that are hits, false positives, ignored."""
    of = detection.table.groupby(["kind", "outcome"]).size()
    names = [("truth", "hit"), ("truth", "missed"), *(("prediction", name) for name in ("hit", "false positive", "ignored"))]
    return tuple(int(of.get(name, 0)) for name in names)


def test_it_says_what_was_found_not_every_lesion():
    found = detect(bars((0, 3), (20, 24)), bars((0, 4), (10, 14)), MM)
    assert repr(found) == "Detection(2 lesions: 1 hit, 1 missed; 1 false positive; any)"
    missing = detect(None, bars((0, 4)), MM, rule="iou")
    assert repr(missing) == "Detection(1 lesion: 0 hit, 1 missed; 0 false positives; iou, IoU 0.1; no prediction)"


def test_a_lesion_is_hit_when_any_voxel_overlaps():
    touched = detect(bars((9, 30), (50, 52)), bars((0, 9)), MM)
    assert counted(touched) == (1, 0, 1, 1, 0)
    assert touched.table["iou"].tolist() == [1 / 31, 1 / 31, 0]


def test_with_an_iou_a_touch_is_not_enough_and_the_candidate_is_a_false_positive():
    assert counted(detect(bars((9, 30)), bars((0, 9)), MM, rule="iou", min_iou=0.1)) == (0, 1, 0, 1, 0)
    assert counted(detect(bars((9, 18)), bars((0, 9)), MM, rule="iou", min_iou=1 / 19)) == (1, 0, 1, 0, 0)


def test_one_candidate_over_two_lesions_hits_both_but_matches_one():
    prediction, truth = bars((2, 8)), bars((0, 4), (6, 10))
    assert counted(detect(prediction, truth, MM, rule="iou")) == (2, 0, 1, 0, 0)
    assert counted(detect(prediction, truth, MM, rule="hungarian")) == (1, 1, 1, 0, 0)


def test_a_second_candidate_with_enough_overlap_is_ignored():
    two = detect(bars((0, 4), (6, 9)), bars((0, 9)), MM, rule="hungarian")
    assert counted(two) == (1, 0, 1, 0, 1)
    assert two.table.set_index("kind").loc["truth", "iou"] == 0.5


def test_more_matches_come_before_more_overlap():
    """Three weak matches beat two strong ones; adding 1 for each match, as picai_eval does, would choose the two."""
    truth, prediction = bars((0, 17), (19, 36), (38, 38)), bars((0, 0), (2, 19), (21, 38))
    detection = detect(prediction, truth, MM, rule="hungarian", min_iou=0.02)
    lesions = detection.table[detection.table["kind"] == "truth"]
    assert lesions["iou"].tolist() == [1 / 18, 1 / 35, 1 / 18]
    assert len(lesions) + lesions["iou"].sum() < 2 + 2 * brute.iou(bars((0, 17)), bars((2, 19)))


def test_two_single_voxels_in_a_line_are_two_lesions():
    lonely = np.ones((3, 1, 1), bool)
    lonely[1] = False
    assert counted(detect(lonely, lonely, MM)) == (2, 0, 2, 0, 0)


def test_pieces_that_touch_at_a_corner_are_one_lesion():
    truth = np.zeros((4, 4, 4), bool)
    truth[0, 0, 0] = truth[1, 1, 1] = truth[3, 3, 3] = True
    assert detect(truth, truth, MM).table["kind"].value_counts().to_dict() == {"truth": 2, "prediction": 2}


def test_instances_keep_their_labels_though_they_touch():
    truth = np.zeros((4, 2, 2), np.int16)
    truth[:2], truth[2:] = 7, 3
    table = detect(truth == 7, truth, MM, instances=True).table
    assert table["label"].tolist() == [3, 7, 1]
    assert table["matched"].tolist() == [0, 1, 7]
    assert table["outcome"].tolist() == ["missed", "hit", "hit"]


def test_the_confidence_of_a_candidate_is_its_maximum_and_a_lesion_takes_the_best():
    soft = np.maximum(bars((0, 3), value=0.4), bars((5, 6), value=0.9))
    soft[1] = 0.6
    table = detect(soft > 0.3, bars((0, 6), (50, 51)), MM, confidence=soft).table
    assert table["confidence"].tolist() == pytest.approx([0.9, 0, 0.6, 0.9])
    assert table["matched"].tolist() == [2, 0, 1, 1]
    assert detect(soft > 0.3, bars((0, 6)), MM).table["confidence"].tolist() == [1, 1, 1]


def test_size_and_place_are_in_the_patients_millimetres():
    truth = np.zeros((10, 10, 10), bool)
    truth[2:4, 3:6, 4:5] = True
    affine = np.array([[0, -2.0, 0, 100], [1.5, 0, 0, -50], [0, 0, 5, 7], [0, 0, 0, 1]])
    row = detect(None, truth, (1.5, 2, 5), affine=affine).table.iloc[0]
    assert (row["box_start"], row["box_stop"]) == ((2, 3, 4), (4, 6, 5))
    assert row[["x", "y", "z"]].tolist() == [100 - 2 * 4, -50 + 1.5 * 2.5, 7 + 5 * 4]
    assert row["corner_mm"] == (100 - 2 * 5.5, -50 + 1.5 * 1.5, 7 + 5 * 3.5)
    assert row["opposite_mm"] == (100 - 2 * 2.5, -50 + 1.5 * 3.5, 7 + 5 * 4.5)
    assert row["volume_ml"] == pytest.approx(6 * 15 / 1000)
    assert row["radius_mm"] == pytest.approx((3 * 90 / (4 * np.pi)) ** (1 / 3))
    assert row["diameter_mm"] == 2 * row["radius_mm"]
    assert detect(None, truth, (1.5, 2, 5)).table.loc[0, ["x", "y", "z"]].tolist() == [2.5 * 1.5, 4 * 2, 4 * 5]


def test_the_viewer_takes_the_boxes():
    truth, affine = bars((0, 4), (10, 12)), np.diag([1.5, 1.5, 5, 1])
    detection = detect(bars((4, 6), (40, 42)), truth, (1.5, 1.5, 5), affine=affine)
    boxes = [Box(**box) for box in detection.boxes()]
    volume = Volume(np.zeros(truth.shape, np.int16), affine)
    assert [box.label for box in check_boxes(boxes, volume)] == ["hit 1", "missed 2", "false positive 2"]
    assert len({box.color for box in boxes}) == 3
    assert boxes[0].voxels(volume) == ([-0.5, -0.5, -0.5], [4.5, 0.5, 0.5])


def test_a_missing_prediction_misses_every_lesion_and_an_empty_case_has_no_row():
    missing = detect(None, bars((0, 4), (10, 12)), MM)
    assert missing.missing
    assert counted(missing) == (0, 2, 0, 0, 0)
    empty = detect(bars(), bars(), MM)
    assert not empty.missing
    assert empty.table.empty
    assert list(empty.table) == list(missing.table)


masks = arrays.arrays(bool, (5, 4, 3), elements=st.sampled_from([True, False, False, False]))


@settings(max_examples=150)
@given(masks, masks, st.sampled_from(["any", "iou", "hungarian"]), st.sampled_from([0.1, 0.3, 1.0]), st.booleans())
def test_every_rule_equals_the_comparison_of_all_pairs_on_the_whole_volume(prediction, truth, rule, min_iou, fortran):
    order = np.asfortranarray if fortran else np.ascontiguousarray
    hit, _, *candidates = counted(detect(order(prediction), order(truth), MM, rule=rule, min_iou=min_iou))
    assert (hit, *candidates) == brute.outcomes(prediction, truth, rule, min_iou)


@given(masks, masks)
def test_sizes_places_and_overlaps_equal_those_of_the_masks(prediction, truth):
    table = detect(prediction, truth, (2, 1, 3), rule="hungarian").table
    for kind, mask in (("truth", truth), ("prediction", prediction)):
        rows = {row["box_start"] + row["box_stop"] + (row["x"], row["y"], row["z"], row["volume_ml"]) for _, row in
                table[table["kind"] == kind].iterrows()}  # fmt: skip
        expected = set()
        for piece in brute.pieces(mask):
            voxels = np.argwhere(piece)
            centre = voxels.mean(axis=0) * (2, 1, 3)
            expected.add((*voxels.min(axis=0), *(voxels.max(axis=0) + 1), *centre, len(voxels) * 6 / 1000))
        assert len(rows) == len(expected)
        assert np.allclose(sorted(rows), sorted(expected))
    hit = table[(table["kind"] == "truth") & (table["outcome"] == "hit")]
    lesions, candidates = brute.pieces(truth), brute.pieces(prediction)
    ious = np.array([[brute.iou(a, b) for b in candidates] for a in lesions]).reshape(len(lesions), len(candidates))
    assert hit["iou"].sum() == pytest.approx(brute.best_assignment(np.where(ious >= 0.1, ious, 0))[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "nearest"}, "rule='nearest': choose one of any, iou, hungarian"),
        ({"min_iou": 0}, "min_iou=0: give the least overlap that counts"),
        ({"prediction": bars()[:5]}, r"prediction has shape \(5, 1, 1\), truth \(80, 1, 1\)"),
        ({"prediction": bars(value=0.0)}, "prediction: .*whole numbers, not float32"),
        ({"confidence": bars((0, 3), value=np.nan)}, "confidence: 4 voxels of the candidates are NaN or infinite"),
        ({"confidence": bars(value=0.0)}, "candidate 1 has 0; a candidate's must be above 0"),
        ({"confidence": bars(value=0.0)[:5]}, "confidence: give numbers on the grid of the prediction"),
        ({"prediction": None, "confidence": bars(value=0.0)}, "there is no prediction"),
        ({"affine": np.diag([2, 1, 1, 1])}, "affine: its voxels are 2, 1, 1 mm, spacing says 1, 1, 1"),
        ({"spacing": (1, 1)}, "spacing"),
    ],
)
def test_what_cannot_be_scored_is_told(change, message):
    given = {"prediction": bars((0, 3)), "truth": bars((0, 3)), "spacing": MM} | change
    with pytest.raises(InputError, match=message):
        detect(given.pop("prediction"), given.pop("truth"), given.pop("spacing"), **given)


def test_lesions_are_numbered_alike_however_the_array_lies_in_memory():
    rng = np.random.default_rng(3)
    truth, prediction = rng.random((2, 14, 12, 10)) < 0.02
    one = detect(np.ascontiguousarray(prediction), np.ascontiguousarray(truth), MM).table
    other = detect(np.asfortranarray(prediction), np.asfortranarray(truth), MM).table
    assert len(one) > 10
    assert one.equals(other)
    starts = one.loc[one["kind"] == "truth", "box_start"].map(lambda start: start[0])
    assert starts.is_monotonic_increasing  # the first voxel of a lesion is one with its lowest x
