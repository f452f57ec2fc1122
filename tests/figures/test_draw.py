"""What every picture of a CT has: a true scale bar, letters and words that can be read, voxels as they are."""

import itertools

import numpy as np
import pytest

from atlas_lab import anatomy
from atlas_lab.errors import InputError
from atlas_lab.figures import compare, gallery, lesions, multiplanar
from atlas_lab.figures._layers import BLUE, GREEN, MAGENTA, ORANGE
from atlas_lab.figures.paint import from_hex, rgb
from tests.figures.pictures import MIDDLE, SPACING, block, case_with, heading, legend, near, pixels_a_mm, rendered

LARGE = block(slice(20, 70), slice(20, 60), slice(5, 15), (90, 80, 20))

FIGURES = {
    "multiplanar": lambda: multiplanar(case_with(["liver"])),
    "compare": lambda: compare(case_with(["liver"]), MIDDLE, ~MIDDLE),
    "gallery": lambda: gallery([case_with({"liver": LARGE}, "large"), case_with(["liver"], "small")]),
    "lesions": lambda: lesions(case_with(["liver_tumor"])),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_scale_bar_is_as_long_as_it_says(name):
    for ax in FIGURES[name]().axes:
        pixels_a_mm(ax)
        (words,) = [text.get_text() for text in ax.texts if text.get_text().endswith("mm")]
        lengths = {
            float(np.ptp(line.get_xdata())) for line in ax.lines if len(set(line.get_ydata())) == 1 and line.get_linewidth() > 1
        }
        assert lengths == {float(words.removesuffix(" mm"))}


@pytest.mark.parametrize("name", FIGURES)
def test_no_voxel_is_smoothed(name):
    assert {image.get_interpolation() for ax in FIGURES[name]().axes for image in ax.images} == {"nearest"}


@pytest.mark.parametrize("name", FIGURES)
def test_no_word_covers_another_and_none_is_cut_off(name):
    figure = FIGURES[name]()
    figure.draw_without_rendering()
    words = [text for ax in figure.axes for text in (*ax.texts, ax.title)]
    words += [*figure.texts, *(text for each in figure.legends for text in each.get_texts())]
    boxes = {text: text.get_window_extent() for text in words if text.get_text()}
    for box in boxes.values():
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width
        assert 0 <= box.y0 < box.y1 <= figure.bbox.height
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        assert not a.overlaps(b), f"{one.get_text()!r} and {other.get_text()!r}"


def test_a_legend_of_every_structure_fits_below_a_wide_and_a_narrow_figure():
    case = case_with([*anatomy.BY_NAME, "a_structure_with_a_rather_long_name"])
    flat = case_with(dict.fromkeys(anatomy.BY_NAME, MIDDLE[..., 10:11]))
    for figure in (multiplanar(case), multiplanar(flat), gallery([case])):
        figure.draw_without_rendering()
        box = figure.legends[0].get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y0 >= 0
        assert box.y1 <= min(ax.get_window_extent().y0 for ax in figure.axes) + 1


def test_a_legend_has_the_order_of_the_table_and_only_what_is_seen():
    corner = block(slice(0, 2), slice(0, 2), slice(0, 2))
    figure = multiplanar(case_with({"spleen": MIDDLE, "seroma": MIDDLE, "aorta": MIDDLE, "colon": corner}), at=(8, 8, 8))
    assert legend(figure) == ["aorta", "spleen", "seroma"]
    assert legend(multiplanar(case_with(["spleen"]), legend=False)) == []


def test_opacity_fills_from_the_bare_ct_to_the_plain_colour():
    def shown(opacity: float) -> np.ndarray:
        ax = multiplanar(case_with(["liver"]), at=(8, 8, 8), opacity=opacity).axes[0]
        return np.asarray(ax.images[0].get_array()).astype(int)

    bare, half, full = (shown(opacity) for opacity in (0, 0.5, 1))
    inside = np.ascontiguousarray(MIDDLE[:, :, 8].T[::-1, ::-1])
    assert (np.ptp(bare, axis=2) == 0).all()  # grey everywhere
    assert (full[inside] == rgb("liver")).all()
    assert np.abs(half[inside] - (bare[inside] + np.array(rgb("liver"))) / 2).max() <= 1
    assert (half[~inside] == bare[~inside]).all()


def test_a_structure_that_no_table_knows_is_drawn_and_named():
    figure = multiplanar(case_with(["soft_tissue_sarcoma"]), opacity=1, structures="soft_tissue_sarcoma")
    assert legend(figure) == ["soft tissue sarcoma"]
    assert near(rendered(figure), rgb("soft_tissue_sarcoma")) > 1000


def test_a_dollar_sign_in_a_name_is_no_formula():
    figure = gallery([case_with(["liver"], "a$b$c")], title="x$_2$")
    assert heading(figure) == "x$_2$: 1 case"
    assert not figure.axes[0].title.get_parse_math()


@pytest.mark.parametrize("opacity", [-0.1, 1.5, float("nan")])
def test_an_impossible_opacity_is_refused(opacity):
    with pytest.raises(InputError, match="must be from 0"):
        multiplanar(case_with(["liver"]), opacity=opacity)


# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as people see it who lack one kind of cone
CONES = {
    "all": np.eye(3),
    "no long": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no medium": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no short": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Ottosson 2020: linear RGB → cones → Oklab, in which distances are as large as they look
TO_CONES = [[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]]
TO_OKLAB = [[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]]


@pytest.mark.parametrize("cones", CONES)
def test_right_and_wrong_are_told_apart_with_any_colour_vision(cones):
    def seen(code: str) -> np.ndarray:
        value = np.array(from_hex(code)) / 255
        linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
        return TO_OKLAB @ np.cbrt(TO_CONES @ np.clip(CONES[cones] @ linear, 0, 1))

    apart = [np.linalg.norm(seen(a) - seen(b)) for a, b in itertools.combinations((ORANGE, BLUE, GREEN, MAGENTA), 2)]
    assert min(apart) > 0.14  # 0.02 is just noticeable


def test_a_millimetre_is_as_long_in_all_three_planes():
    scales = [pixels_a_mm(ax) for ax in multiplanar(case_with(["liver"], spacing=(1, 2.5, SPACING[2]))).axes]
    np.testing.assert_allclose(scales, scales[0], rtol=1e-6)
