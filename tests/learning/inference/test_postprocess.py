"""What is known of each structure, on masks made by hand."""

import numpy as np
import pytest

from atlas_lab import anatomy
from atlas_lab.data.label_map import LabelMap
from atlas_lab.learning.inference import postprocess
from atlas_lab.learning.inference.postprocess import lungs
from atlas_lab.learning.inference.postprocess.apply import INSIDE, LESIONS, ONE_PIECE

SHAPE, AFFINE = (40, 30, 30), np.diag([1.5, 1.5, 1.5, 1])


def box(*sides, shape=SHAPE):
    mask = np.zeros(shape, bool)
    mask[tuple(slice(*side) for side in sides)] = True
    return mask


def cleaned(affine=AFFINE, **masks):
    found = postprocess(LabelMap(masks, affine))
    return {name: found[name] for name in found}


ORGAN = box((10, 20), (10, 20), (10, 20))
SPECK = box((1, 3), (1, 3), (1, 3))


@pytest.mark.parametrize("name", sorted(ONE_PIECE))
def test_an_organ_is_one_piece(name):
    assert np.array_equal(cleaned(**{name: ORGAN | SPECK})[name], ORGAN)


def test_pieces_that_touch_by_a_corner_are_one():
    corner = box((20, 22), (20, 22), (20, 22))
    assert np.array_equal(cleaned(spleen=ORGAN | corner)["spleen"], ORGAN | corner)


def test_other_structures_stay_as_they_are():
    assert np.array_equal(cleaned(hepatic_vessel=ORGAN | SPECK)["hepatic_vessel"], ORGAN | SPECK)


def test_a_line_with_a_gap_is_no_crash():
    line = np.zeros((3, 1, 1), bool)
    line[[0, 2]] = True
    assert cleaned(spleen=line)["spleen"].sum() == 1


def test_what_is_absent_stays_absent():
    none = np.zeros(SHAPE, bool)
    names = {*ONE_PIECE, *LESIONS, "lung_left", "lung_right", "portal_vein_and_splenic_vein"}
    assert not any(mask.any() for mask in cleaned(**dict.fromkeys(names, none)).values())


def test_the_portal_vein_ends_with_the_pancreas():
    vein = box((15, 17), (15, 17), (2, 28))
    found = cleaned(pancreas=box((8, 20), (8, 20), (12, 18)), portal_vein_and_splenic_vein=vein)
    assert np.array_equal(found["portal_vein_and_splenic_vein"], vein & box((0, 40), (0, 30), (12, 30)))
    assert np.array_equal(cleaned(portal_vein_and_splenic_vein=vein)["portal_vein_and_splenic_vein"], vein)
    empty = cleaned(pancreas=np.zeros(SHAPE, bool), portal_vein_and_splenic_vein=vein)
    assert np.array_equal(empty["portal_vein_and_splenic_vein"], vein)


LEFT, RIGHT = box((3, 17), (4, 26), (4, 26)), box((23, 37), (4, 26), (4, 26))


def test_lungs_that_were_seen_as_the_wrong_ones_are_put_right():
    mixed = RIGHT & box((0, 40), (0, 15), (0, 30))  # part of the right lung was seen as left
    found = cleaned(lung_left=LEFT | mixed, lung_right=RIGHT & ~mixed)
    assert np.array_equal(found["lung_left"], LEFT)
    assert np.array_equal(found["lung_right"], RIGHT)


def test_lungs_that_grew_together_are_told_apart():
    bridge = box((17, 23), (14, 16), (5, 25))
    found = cleaned(lung_left=LEFT | RIGHT | bridge, lung_right=np.zeros(SHAPE, bool))
    assert (found["lung_left"] & RIGHT).sum() == (found["lung_right"] & LEFT).sum() == 0
    assert ((found["lung_left"] | found["lung_right"]) == (LEFT | RIGHT | bridge)).all()
    assert not (found["lung_left"] & found["lung_right"]).any()


def test_holes_in_lungs_are_filled():
    hole = box((8, 10), (10, 12), (10, 12))
    assert cleaned(lung_left=LEFT & ~hole, lung_right=RIGHT)["lung_left"][hole].all()


def test_a_lung_that_is_alone_stays_on_its_side():
    found = cleaned(lung_left=LEFT, lung_right=box((38, 40), (0, 2), (0, 2)))
    assert np.array_equal(found["lung_left"], LEFT)


@pytest.mark.parametrize(("tumor", "organ"), [("liver_tumor", "liver"), ("kidney_tumor", "kidney_left")])
def test_a_tumour_lies_in_its_organ_or_close_to_it(tumor, organ):
    others = {name: np.zeros(SHAPE, bool) for name in INSIDE[tumor]}
    inside, outside = box((14, 19), (12, 17), (12, 17)), box((30, 36), (20, 26), (20, 26))
    reaching = box((18, 26), (12, 17), (12, 17))
    found = cleaned(**others | {organ: ORGAN, tumor: outside})
    assert not found[tumor].any()
    found = cleaned(**others | {organ: ORGAN, tumor: inside | reaching})
    assert np.array_equal(found[tumor], (inside | reaching) & box((8, 22), (8, 22), (8, 22)))  # 3 mm are 2 voxels


def test_a_gap_in_the_organ_where_the_tumour_is_is_closed():
    gap = box((13, 17), (13, 17), (13, 17))
    found = cleaned(liver=ORGAN & ~gap, liver_tumor=gap)
    assert np.array_equal(found["liver_tumor"], gap)


@pytest.mark.parametrize("name", sorted(LESIONS))
def test_the_largest_few_lesions_above_a_least_volume_stay(name):
    most, least_mm3 = LESIONS[name]
    least = round(least_mm3 / 1.5**3)
    lesions = np.zeros((3 * most + 6, 3, least + most + 2), bool)
    for n in range(most + 2):  # lines, the first too short by a voxel, the second just long enough
        lesions[3 * n, 1, : least + n - 1] = True
    organs = {organ: np.ones(lesions.shape, bool) for organ in INSIDE.get(name, ())}
    found = cleaned(**organs, **{name: lesions})[name]
    assert np.array_equal(found, lesions & (np.arange(len(lesions)) >= 6)[:, None, None])
    short, enough = (lesions & (np.arange(len(lesions)) == x)[:, None, None] for x in (0, 3))
    assert not cleaned(**organs, **{name: short})[name].any()
    assert np.array_equal(cleaned(**organs, **{name: enough})[name], enough)


def test_volumes_and_lengths_count_not_voxels():
    coarse = np.diag([3.0, 3, 3, 1])
    lesion = box((14, 17), (14, 17), (14, 17))  # 27 voxels: 91 mm³ at 1.5 mm, 729 mm³ at 3 mm
    assert not cleaned(pancreas_tumor=lesion)["pancreas_tumor"].any()
    assert np.array_equal(cleaned(coarse, pancreas_tumor=lesion)["pancreas_tumor"], lesion)


def test_all_rules_are_for_structures_of_the_atlas():
    assert {*ONE_PIECE, *LESIONS, *INSIDE} <= set(anatomy.BY_NAME)
    assert set(LESIONS) == {tumor.name for tumor in anatomy.TUMORS}
    assert set(anatomy.BY_NAME) - {*ONE_PIECE, *LESIONS} == {
        "lung_left", "lung_right", "portal_vein_and_splenic_vein", "hepatic_vessel",
    }  # fmt: skip


def test_lungs_that_leak_into_each_other_in_a_few_planes_are_told_apart_without_erosion(monkeypatch):
    left, right, leak = box((3, 13), (4, 26), (4, 26)), box((27, 37), (4, 26), (4, 26)), box((13, 27), (4, 26), (20, 22))
    monkeypatch.setattr(lungs.ndimage, "binary_erosion", None)
    found = cleaned(lung_left=left | right | leak, lung_right=np.zeros(SHAPE, bool))
    assert (found["lung_left"] & right).sum() == (found["lung_right"] & left).sum() == 0


def test_a_lung_alone_that_falls_apart_is_no_two_lungs():
    dumbbell = box((3, 9), (4, 10), (4, 10)) | box((9, 12), (6, 8), (6, 8)) | box((12, 18), (4, 10), (4, 10))
    one = box((2, 38), (14, 29), (2, 28)) | dumbbell
    assert np.array_equal(cleaned(lung_left=one, lung_right=np.zeros(SHAPE, bool))["lung_left"], one & ~dumbbell)
