"""Size and form of lesions: on shapes whose answer is known, and on the expert masks that the phantom is fitted to."""

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data.lesion_shape import STATISTICS, lesions, shape_statistics
from atlas_lab.data.phantom.lesions import statistics
from atlas_lab.errors import InputError

UNIT = (1.0, 1.0, 1.0)


def ellipsoid(*half, spacing=UNIT):
    n = [int(np.ceil(a / s)) + 1 for a, s in zip(half, spacing, strict=True)]
    axes = [(np.arange(-m, m + 1) * s / a) ** 2 for m, s, a in zip(n, spacing, half, strict=True)]
    return axes[0][:, None, None] + axes[1][:, None] + axes[2] <= 1


def test_a_sphere_is_one_in_every_ratio_and_has_its_own_diameter():
    found = shape_statistics(ellipsoid(20, 20, 20), UNIT)
    assert set(found) == set(STATISTICS)
    assert found["diameter_mm"] == pytest.approx(40, rel=0.01)
    assert found["elongation"] == pytest.approx(1, abs=0.01)
    assert found["flatness"] == pytest.approx(1, abs=0.01)
    assert found["sphericity"] == pytest.approx(1, abs=0.03)
    assert found["lobulation"] < 0.1  # voxels have corners


def test_an_ellipsoid_has_the_ratios_of_its_axes():
    found = shape_statistics(ellipsoid(30, 21, 12), UNIT)
    assert found["elongation"] == pytest.approx(0.7, abs=0.01)
    assert found["flatness"] == pytest.approx(0.4, abs=0.01)
    assert found["diameter_mm"] == pytest.approx(2 * np.cbrt(30 * 21 * 12), rel=0.01)
    assert found["sphericity"] < 0.95


def test_thick_slices_change_little():
    thick = (0.8, 0.8, 5.0)
    fine, coarse = (shape_statistics(ellipsoid(30, 24, 20, spacing=s), s) for s in (UNIT, thick))
    for name in ("diameter_mm", "elongation", "flatness", "sphericity"):
        assert coarse[name] == pytest.approx(fine[name], rel=0.08), name


def test_two_lobes_are_more_lobulated_and_less_spherical_than_one():
    one = ellipsoid(14, 14, 14)
    two = np.zeros((55, *one.shape[1:]), bool)
    two[: one.shape[0]] |= one
    two[-one.shape[0] :] |= one
    round_one, lobed = shape_statistics(one, UNIT), shape_statistics(two, UNIT)
    assert lobed["lobulation"] > round_one["lobulation"] + 0.05
    assert lobed["sphericity"] < round_one["sphericity"] - 0.1


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.permutations(range(3)),
    st.tuples(*[st.booleans()] * 3),
    st.tuples(*[st.floats(0.3, 5)] * 3),
)
def test_turning_the_volume_with_its_spacing_changes_nothing(seed, axes, flips, spacing):
    mask = np.random.default_rng(seed).random((5, 4, 6)) < 0.5
    mask[2, 2, 2] = True
    turned = np.flip(mask.transpose(axes), [k for k in range(3) if flips[k]])
    before, after = shape_statistics(mask, spacing), shape_statistics(turned, [spacing[a] for a in axes])
    for name in STATISTICS:
        # the directions' shares of the sphere are counted on points that are not symmetric
        assert after[name] == pytest.approx(before[name], rel=0.02 if name == "sphericity" else 1e-6, abs=1e-9), name


def test_one_voxel_has_the_axes_of_a_box():
    found = shape_statistics(np.ones((1, 1, 1)), (1, 2, 4))
    assert (found["elongation"], found["flatness"], found["lobulation"]) == pytest.approx((0.5, 0.25, 0))


@pytest.mark.parametrize("mask", [np.zeros((3, 3, 3)), np.ones((3, 3))])
def test_what_has_no_form_is_refused(mask):
    with pytest.raises(InputError, match="three axes and a voxel"):
        shape_statistics(mask, UNIT)


def test_lesions_are_the_pieces_of_a_mask_and_corners_join_them():
    mask = np.zeros((9, 9, 9), bool)
    mask[0:2, 0:2, 0:2] = True
    mask[2, 2, 2] = True
    mask[6, 6, 2:9] = True
    assert sorted(int(piece.sum()) for piece in lesions(mask)) == [7, 9]
    assert [piece.shape for piece in lesions(mask, min_slices=4)] == [(1, 1, 7)]
    assert list(lesions(np.zeros((4, 4, 4)))) == []


@pytest.mark.real
def test_the_statistics_of_the_phantom_are_those_of_the_expert_masks(real_data):
    measured = []
    for path in sorted((real_data / "benchmarks" / "liver_tumor" / "ground_truth").glob("*.nii.gz")):
        image = nibabel.load(path)
        mask, spacing = np.asanyarray(image.dataobj) > 0, image.header.get_zooms()[:3]
        measured += [(piece.shape[2], shape_statistics(piece, spacing)) for piece in lesions(mask)]
    thick = [found for slices, found in measured if slices >= 5]
    assert (len(thick), len(measured)) == (statistics.N, statistics.N_SIZES) == (11, 21)
    forms = np.array([[found[name] for name in ("elongation", "flatness", "lobulation")] for found in thick])
    assert np.log(forms).mean(axis=0) == pytest.approx(statistics.LOG_MEAN, abs=6e-4)
    assert np.cov(np.log(forms).T) == pytest.approx(statistics.LOG_COVARIANCE, abs=6e-5)
    assert np.array([forms.min(axis=0), forms.max(axis=0)]) == pytest.approx(statistics.OBSERVED, abs=6e-4)
    sizes = np.log([found["diameter_mm"] for _, found in measured])
    assert (sizes.mean(), sizes.std(ddof=1)) == pytest.approx(statistics.LOG_DIAMETER_MM, abs=6e-4)


@given(st.integers(0, 2**32 - 1))
def test_a_drawn_form_lies_within_what_was_observed(seed):
    elongation, flatness, lobulation = statistics.drawn_form(np.random.default_rng(seed))
    low, high = statistics.OBSERVED
    assert low[0] <= elongation <= high[0]
    assert low[1] <= flatness <= elongation
    assert low[2] <= lobulation <= high[2]


@given(st.integers(0, 2**32 - 1), st.floats(2, 60), st.floats(0, 30))
def test_a_drawn_diameter_lies_where_it_was_asked_for(seed, low, more):
    assert low <= statistics.drawn_diameter(np.random.default_rng(seed), low, low + more) <= low + more
