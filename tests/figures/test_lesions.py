"""Every connected piece of a tumour, at its largest slice, with its size."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.figures import lesions
from tests.figures.pictures import block, captions, case_with, heading, legend, pixels_a_mm

SMALL, LARGE = block(slice(2, 4), slice(2, 4), slice(2, 3)), block(slice(8, 16), slice(8, 16), slice(6, 12))
TOUCHING = block(slice(4, 6), slice(4, 6), slice(3, 4))  # SMALL at a corner
WAIST = block(slice(9, 10), slice(9, 10), slice(12, 18))  # goes on from LARGE, thinner
FLAT = block(slice(5, 15), slice(5, 15), slice(0, 1), (30, 30, 1))


def diameter(mask: np.ndarray) -> int:
    return round(np.cbrt(6 * mask.sum() * 12 / np.pi))


def test_a_tile_a_connected_piece_the_largest_first():
    cases = [
        case_with({"liver_tumor": SMALL | TOUCHING | LARGE | WAIST}, "a"),
        case_with({"kidney_cyst": SMALL, "liver": LARGE}, "b"),
    ]
    figure = lesions(cases)
    assert captions(figure) == [
        f"a\nliver tumor\n{diameter(LARGE | WAIST)} mm, slice 7 of 24",
        f"a\nliver tumor\n{diameter(SMALL | TOUCHING)} mm, slice 3 of 24",
        f"b\nkidney cyst\n{diameter(SMALL)} mm, slice 3 of 24",
    ]
    assert legend(figure) == ["liver tumor", "kidney cyst"]
    assert heading(figure) == "3 lesions"


def test_specks_in_a_line_are_lesions_of_their_own():
    line = block(slice(4, 9, 2), slice(5, 6), slice(3, 4))
    assert heading(lesions(case_with({"liver_tumor": line}))) == "3 lesions"


def test_every_lesion_is_in_the_middle_of_a_square_of_the_same_size():
    case = case_with({"liver_tumor": SMALL | LARGE})
    for figure, size in ((lesions(case), 40), (lesions(case, size_mm=30), 30)):
        assert len(figure.axes) == 2
        for ax in figure.axes:
            across, down = np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())
            assert (across, down) == pytest.approx((size, size))
            (outline,) = ax.collections
            corners = np.concatenate(outline.get_segments())
            middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
            if size == 40 or np.ptp(corners[:, 0]) < 10:  # both lesions lie in the slice of the small one
                assert middle == pytest.approx((np.mean(ax.get_xlim()), np.mean(ax.get_ylim())))
    np.testing.assert_allclose(*(pixels_a_mm(ax) for ax in figure.axes))


def test_in_a_single_slice_the_diameter_is_that_of_the_disc():
    figure = lesions(case_with({"liver_tumor": FLAT}, spacing=(1, 1, 9)))
    assert captions(figure) == [f"case\nliver tumor\n{2 * np.sqrt(100 / np.pi):.0f} mm, slice 1 of 1"]


def test_a_long_name_is_wrapped_and_not_cut():
    figure = lesions([case_with({"liver_tumor": LARGE}, "WIDE_LETTERED_NAME_" * 4) for _ in range(6)])
    figure.draw_without_rendering()
    assert all(ax.title.get_window_extent().width <= ax.get_window_extent().width for ax in figure.axes)


def test_other_structures_are_shown_when_named():
    cases = [case_with({"soft_tissue_sarcoma": LARGE, "liver_tumor": SMALL}, "a"), case_with(["liver"], "b")]
    assert legend(lesions(cases, structures="soft_tissue_sarcoma")) == ["soft tissue sarcoma"]
    assert heading(lesions(cases, structures=["soft_tissue_sarcoma", "liver_tumor"], limit=1)) == "1 of 2 lesions, 1 not shown"


def test_no_lesion_is_said_plainly():
    healthy = case_with({"liver": LARGE, "liver_tumor": LARGE & ~LARGE})
    with pytest.raises(InputError, match="no lesion to show: none of the 2 cases has a voxel of liver_tumor, pancreas_tumor"):
        lesions([healthy, healthy])
    with pytest.raises(InputError, match="annotated for 'kidney_tumor'"):
        lesions(healthy, structures="kidney_tumor")
    with pytest.raises(InputError, match="size_mm=0 must be above 0"):
        lesions(healthy, size_mm=0)
    with pytest.raises(InputError, match="limit=0 must be at least 1"):
        lesions(healthy, limit=0)


@pytest.mark.real
def test_a_real_sarcoma_has_the_diameter_of_its_voxels(real_data):
    case = Case.open(real_data / "cases" / "STS_019")
    (caption,) = captions(lesions(case, structures="soft_tissue_sarcoma"))
    assert caption.splitlines()[2].split(" mm")[0] == f"{np.cbrt(6 * 5564 * 0.9765625**2 * 3.27 / np.pi):.0f}"
