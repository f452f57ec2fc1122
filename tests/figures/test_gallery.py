"""One look at every case: the same scale, the right slice, and a word on what is not shown."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.data.atlas import Atlas
from atlas_lab.errors import InputError
from atlas_lab.figures import gallery
from atlas_lab.figures.paint import rgb
from tests.figures.pictures import MIDDLE, block, captions, case_with, heading, legend, near, pixels_a_mm, rendered

WIDE = block(slice(10, 80), slice(10, 50), slice(2, 6), (90, 60, 8))
FLAT = block(slice(5, 15), slice(5, 15), slice(0, 1), (30, 30, 1))


def shown(ax) -> np.ndarray:
    return np.asarray(ax.images[0].get_array())[..., 0]


def test_cases_of_any_size_are_shown_at_one_scale():
    cases = [
        case_with({"liver": MIDDLE}, "small"),
        case_with({"liver": WIDE}, "wide"),
        case_with({"liver": FLAT}, "flat", (4, 4, 9)),
    ]
    figure = gallery(cases)
    scales = [pixels_a_mm(ax) for ax in figure.axes]
    np.testing.assert_allclose(scales, scales[0], rtol=1e-6)
    assert captions(figure) == ["small", "wide", "flat"]
    assert near(rendered(figure), rgb("liver")) > 100


def test_what_is_left_out_is_counted_however_the_cases_come():
    cases = [case_with(["liver"], f"case_{k}") for k in range(5)]
    assert heading(gallery(cases)) == "5 cases"
    assert heading(gallery(cases, limit=2, title="Train")) == "Train: 2 of 5 cases, 3 not shown"
    assert heading(gallery(iter(cases), limit=2)) == "2 of 5 cases, 3 not shown"
    assert len(gallery(cases, limit=2).axes) == 2
    assert heading(gallery(cases[0])) == "1 case"


@pytest.mark.parametrize(("plane", "axis"), [("axial", 2), ("coronal", 1), ("sagittal", 0)])
def test_a_tile_is_the_slice_with_most_structures_or_the_one_asked_for(plane, axis):
    few, many = block(slice(1, 4), slice(1, 4), slice(1, 4)), block(slice(12, 13), slice(12, 13), slice(12, 13))
    case = case_with({"spleen": few, "liver": many, "colon": many})
    case.ct.array[...] = np.indices(case.ct.shape)[axis]  # a slice is as bright as its index
    (at_many,), (at_few,) = (gallery([case], plane=plane, at=at, window=(50, 100)).axes for at in (None, "spleen"))
    assert set(shown(at_many).flat) == {round(12 / 100 * 255)}
    assert set(shown(at_few).flat) <= {round(k / 100 * 255) for k in (1, 2, 3)}


def test_cases_without_the_structure_and_without_any_label_have_their_tile():
    cases = [
        case_with(["liver"], "with"),
        case_with(["colon"], "without"),
        case_with([], "bare"),
        case_with({"liver": FLAT}, "flat"),
    ]
    figure = gallery(cases, at="liver", plane="coronal", structures=["liver", "colon"])
    assert captions(figure) == ["with", "without\nno liver here", "bare\nno liver here", "flat"]
    assert legend(figure) == ["liver", "colon"]
    assert [ax.texts[2].get_text() for ax in figure.axes] == ["S", "S", "S", "A"]  # a single slice has no coronal plane


def test_an_organ_is_both_its_sides():
    cases = [case_with(["kidney_left"], "left"), case_with(["kidney_right", "liver"], "right"), case_with(["liver"], "none")]
    figure = gallery(cases, at="kidney", structures="kidney")
    assert captions(figure) == ["left", "right", "none\nno kidney here"]
    assert legend(figure) == ["left kidney", "right kidney"]


def test_a_second_line_comes_from_a_function_a_mapping_or_a_column():
    cases = [case_with(["liver"], "a"), case_with(["colon"], "b")]
    assert captions(gallery(cases, text=lambda case: len(case.labels))) == ["a\n1", "b\n1"]
    assert captions(gallery(cases, text={"b": "portal"})) == ["a", "b\nportal"]
    assert captions(gallery(cases, text=pd.Series({"a": 61, "b": 47}))) == ["a\n61", "b\n47"]


def test_a_long_name_is_wrapped_and_not_cut():
    figure = gallery([case_with(["liver"], "ein_sehr_langer_name_" * 4) for _ in range(6)])
    figure.draw_without_rendering()
    for ax in figure.axes:
        assert ax.title.get_window_extent().width <= ax.get_window_extent().width
        assert ax.get_title().replace("\n", "") == "ein_sehr_langer_name_" * 4


def test_what_cannot_be_shown_is_said_plainly():
    cases = [case_with(["liver"])]
    for options, said in (
        ({"at": "splen"}, "unknown structure 'splen'"),
        ({"structures": ["spleen"]}, "none of these cases is annotated for 'spleen'"),
        ({"limit": 0}, "limit=0 must be at least 1"),
        ({"opacity": 2}, "opacity=2 must be from 0"),
        ({"window": "bones"}, "unknown window 'bones'"),
    ):
        with pytest.raises(InputError, match=said):
            gallery(cases, **options)
    with pytest.raises(InputError, match="the atlas is empty"):
        gallery([])


@pytest.mark.real
def test_real_cases_of_every_kind_lie_on_one_sheet(real_data):
    atlas = Atlas.open(real_data / "cases")
    figure = gallery(atlas, at="liver")
    assert len(figure.axes) == len(atlas)
    assert {"liver", "liver tumor", "soft tissue sarcoma"} <= set(legend(figure))
    scales = [pixels_a_mm(ax) for ax in figure.axes]
    np.testing.assert_allclose(scales, scales[0], rtol=1e-6)
