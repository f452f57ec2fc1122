"""What is shown together lies on one grid: anything else is refused at the door, or resampled when asked."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.transforms import resample
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.viewers import Box
from atlas_lab.viewers.scene import Scene


def test_labels_and_volumes_on_another_grid_are_refused_and_resampled_on_request(case):
    coarse = resample(case, 4.0)
    for given in ({"labels": coarse.labels}, {"compare": coarse}, {"compare": coarse.ct}, {"overlay": coarse.ct}):
        with pytest.raises(InputError, match="another grid") as refused:
            Scene.of(case, **given)
        assert "resample=True" in str(refused.value)
    scene = Scene.of(case, labels=coarse.labels, compare=coarse, overlay=coarse.ct, resample=True)
    assert scene.labels.shape == scene.other_volume.shape == scene.heats["overlay"].array.shape == case.ct.shape
    both = scene.labels["liver"] & case.labels["liver"]
    assert both.sum() > 0.7 * case.labels["liver"].sum()


def test_labels_may_be_a_mapping_of_masks(case):
    scene = Scene.of(case, labels={"mine": case.labels["liver"]})
    np.testing.assert_array_equal(scene.labels["mine"], case.labels["liver"])


def test_the_same_ct_is_not_compared_with_itself(case):
    other = Case("other", Volume(case.ct.array.copy(), case.ct.affine), case.labels)
    scene = Scene.of(case, compare=other)
    assert scene.other_volume is None
    assert scene.other_labels is not None
    changed = Case("other", case.ct.like(case.ct.array + np.int16(1)), case.labels)
    assert Scene.of(case, compare=changed).other_volume is not None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"labels": 3}, "labels: int is neither"),
        ({"compare": "x"}, "compare: str is neither"),
        ({"overlay": np.zeros((2, 2, 2))}, r"overlay 'overlay': needs numbers of shape \(20, 24, 30\)"),
        ({"overlay": {"a": np.full((20, 24, 30), "x")}}, "overlay 'a': needs numbers"),
        ({"boxes": [("a", (0, 0, 0))]}, "is not a box"),
        ({"boxes": [("far", (900, 0, 0), (950, 9, 9))]}, "'far' lies outside the volume"),
    ],
)
def test_what_cannot_be_shown_is_said(case, given, said):
    with pytest.raises(InputError, match=said):
        Scene.of(case, **given)


def test_a_heat_map_may_hold_nan(case):
    heat = np.full(case.ct.shape, np.nan)
    heat[3, 4, 5] = 0.5
    (shown,) = Scene.of(case, overlay={"attention": heat}).heats.values()
    assert (shown.low, shown.high) == (0.0, 0.5)


def test_a_box_around_a_mask_holds_its_voxels_whole_whatever_the_affine():
    affine = np.array([[0, -2.0, 0, 7], [1.5, 0, 0, -3], [0, 0, 3, 1], [0, 0, 0, 1]])
    volume = Volume(np.zeros((8, 9, 10), np.int16), affine)
    mask = np.zeros(volume.shape, bool)
    mask[2:4, 3:6, 4:8] = True
    low, high = Box.around("a", mask, volume, margin_mm=0).voxels(volume)
    np.testing.assert_allclose(low, [1.5, 2.5, 3.5])
    np.testing.assert_allclose(high, [3.5, 5.5, 7.5])
    with pytest.raises(InputError, match="needs a voxel"):
        Box.around("a", np.zeros(volume.shape, bool), volume)


def test_structures_overlap_as_they_do_in_the_case(case):
    labels = LabelMap({"liver": case.labels["liver"], "liver_tumor": case.labels["liver_tumor"]}, case.ct.affine)
    scene = Scene.of(case, labels=labels)
    assert (scene.labels["liver"] & scene.labels["liver_tumor"]).any()
