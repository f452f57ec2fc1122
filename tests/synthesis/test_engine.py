"""Tumours into arrays."""

import numpy as np
import pytest

from atlas_lab.data.masks import CroppedMask
from atlas_lab.synthesis import NoRoom, Site, boxes
from atlas_lab.synthesis.engine import Planned, grow_tumours, tissues
from tests.synthesis.blobs import Blob
from tests.synthesis.cases import SPACING, ball, by_hand

LIVER = {"structures": ["liver"], "method": Blob(), "phase": "portal"}


def arrays():
    case = by_hand()
    return case.ct.array.copy(), {name: case.labels[name] for name in case.labels}


def plans(*diameters):
    return [Planned(diameter, (0, number)) for number, diameter in enumerate(diameters)]


def test_the_order_of_memory_does_not_matter():
    hu, masks = arrays()
    other = np.asfortranarray(hu)
    grow_tumours(hu, masks, SPACING, plans(14, 8), **LIVER)
    grow_tumours(other, {name: np.asfortranarray(mask) for name, mask in masks.items()}, SPACING, plans(14, 8), **LIVER)
    assert np.array_equal(hu, other)


def test_a_crop_with_a_margin_gives_the_same_tumours_as_the_whole():
    hu, masks = arrays()
    part = (slice(40, 112), slice(0, 64), slice(0, 48))
    crop = hu[part].copy()
    grow_tumours(hu, masks, SPACING, plans(12), **LIVER)
    grow_tumours(crop, {name: mask[part] for name, mask in masks.items()}, SPACING, plans(12), **LIVER)
    assert np.array_equal(hu[part], crop)


def test_where_one_does_not_fit_the_others_are_made_unless_all_must():
    hu, masks = arrays()
    made = grow_tumours(hu.copy(), masks, SPACING, plans(91, 8, 90, 10), **LIVER)
    assert [grown.plan.diameter_mm for grown in made] == [8, 10]
    with pytest.raises(NoRoom):
        grow_tumours(hu.copy(), masks, SPACING, plans(8, 91), **LIVER, must_fit=True)
    with pytest.raises(NoRoom):
        grow_tumours(hu, masks, SPACING, plans(91), **LIVER)


def test_a_tumour_that_leaves_its_organ_does_not_change_another_one():
    hu, masks = arrays()
    before = hu.copy()
    masks["spleen"] = np.zeros(hu.shape, bool)
    masks["spleen"][:, 8:11] = True
    corner = tissues(hu, masks, SPACING, ["kidney_left"], "portal")[0].corner
    centre = tuple(int(a - b) for a, b in zip((18, 10, 24), corner, strict=True))
    planned = Planned(16.0, (0,), "kidney_left", Site(centre, 16.0, clipped=False))
    (grown,) = grow_tumours(hu, masks, SPACING, [planned], structures=["kidney_left"], method=Blob(), phase="portal")
    own = boxes.placed(grown.growth.mask, grown.box, hu.shape).full
    assert (own & ~masks["kidney_left"]).any()
    assert not (own & masks["spleen"]).any()
    assert np.array_equal(hu[masks["spleen"]], before[masks["spleen"]])


def test_float_hu_stay_float_and_whole_hu_stay_whole():
    hu, masks = arrays()
    single = hu.astype(np.float32)
    grow_tumours(hu, masks, SPACING, plans(14), **LIVER)
    grow_tumours(single, masks, SPACING, plans(14), **LIVER)
    assert hu.dtype == np.int16
    assert single.dtype == np.float32
    assert np.array_equal(np.rint(single).astype(np.int16), hu)


def test_boxes_that_only_touch_share_nothing():
    here, own = boxes.overlap((slice(0, 4),) * 3, (4, 4, 4), (5, 5, 5))
    assert np.zeros((5, 5, 5))[here].size == 0 == np.zeros((4, 4, 4))[own].size


def test_a_warped_mask_shows_what_was_where_the_warp_points():
    mask = ball((20, 20, 20), (10, 10, 10), 4)
    warp = np.zeros((3, 20, 20, 20), np.float32)
    warp[1] = -3
    assert np.array_equal(boxes.warped(mask, warp)[:, 3:], mask[:, :-3])
    whole = CroppedMask.of(np.pad(mask, 5))
    moved = boxes.moved(whole, (slice(5, 25),) * 3, warp)
    assert np.array_equal(moved.full[5:25, 8:25, 5:25], mask[:, :-3])
