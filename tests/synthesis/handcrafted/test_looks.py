"""Tumours from a recipe have the contrast, edge and rim that was asked for, or that is usual."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab import anatomy
from atlas_lab.synthesis.contrast import contrast_range
from tests.synthesis.handcrafted.growing import CALM, grown
from tests.synthesis.tissues import ball, middle


@pytest.mark.parametrize("organ", ["liver", "pancreas", "kidney", "spleen"])
@pytest.mark.parametrize("phase", anatomy.PHASES)
def test_the_mean_contrast_is_in_the_range_of_organ_and_phase(organ, phase):
    level = sum(anatomy.structure(anatomy.organ(organ)[0]).hu[phase]) / 2
    tissue = ball(60, level=level, noise=8.0, organ=organ, phase=phase)
    low, high = contrast_range(organ, phase)
    for diameter in (6, 10, 16, 30):
        for seed in range(4):
            growth = grown(tissue, diameter, seed, mass_effect=False)
            found = growth.hu[growth.mask].mean() - tissue.level
            assert low - 0.6 <= found <= high + 0.6
            assert found == pytest.approx(growth.settings["contrast_hu"], abs=0.6)


def test_a_tumour_stands_out_of_the_noise_where_its_range_allows_and_says_where_not():
    for seed in range(20):
        growth = grown(ball(50, noise=25.0, seed=seed), 12, seed)
        assert growth.settings["contrast_hu"] <= -2 * 24
        assert not growth.settings["faint"]
    plain = grown(ball(50, level=50, noise=20.0, phase="non_contrast"), 12)
    assert -25 <= plain.settings["contrast_hu"] <= -21  # the strong fifth of its range
    assert plain.settings["faint"]


def test_the_middle_of_a_tiny_tumour_is_not_water():
    for seed in range(20):
        growth = grown(ball(40, noise=1.0), 6, seed)
        assert growth.hu[growth.mask].min() - 110 > -75 * 1.45


@pytest.mark.parametrize("contrast", [-60.0, 45.0, (-50.0, -20.0), 200.0])
def test_a_contrast_that_is_given_is_kept(contrast):
    low, high = contrast if isinstance(contrast, tuple) else (contrast, contrast)
    growth = grown(CALM, 16, contrast=contrast)
    assert low - 0.6 <= growth.hu[growth.mask].mean() - CALM.level <= high + 0.6


def test_the_contrast_is_to_the_organ_where_the_tissue_around_is_not_at_its_level():
    tissue = ball(90)
    tissue.hu[middle(tissue)[0] :] += np.int16(12)
    centre = (middle(tissue)[0] + 20, *middle(tissue)[1:])
    growth = grown(tissue, 16, centre=centre, contrast=-50.0)
    assert growth.hu[growth.mask].mean() - tissue.level == pytest.approx(-50, abs=0.6)


def test_hyperdense_tumours_are_brighter():
    tissue = ball(60, level=70, phase="arterial")
    growth = grown(tissue, 16, hyperdense=True)
    assert 20 <= growth.hu[growth.mask].mean() - tissue.level <= 60


def test_the_edge_is_soft_and_as_wide_as_asked():
    tissue = ball(60, noise=0.0, dtype=np.float32)
    widths = []
    for edge in (1.0, 2.0, 3.0):
        growth = grown(tissue, 20, contrast=-50.0, edge_mm=edge, mass_effect=False)
        depth = (tissue.hu[growth.box] - growth.hu) / (tissue.hu[growth.box] - growth.hu).max()
        widths.append(np.count_nonzero((depth > 0.2) & (depth < 0.8)))
    assert widths[0] < widths[1] < widths[2]


def test_a_capsule_is_a_bright_rim():
    tissue = ball(60, noise=0.0, dtype=np.float32)
    plain, rimmed = (grown(tissue, 18, capsule=capsule, mass_effect=False, edge_mm=1.0) for capsule in (False, 40.0))
    assert plain.box == rimmed.box
    added = rimmed.hu - plain.hu
    edge = plain.mask & ~ndimage.binary_erosion(plain.mask)
    core = ndimage.binary_erosion(plain.mask, iterations=5)
    assert added[edge].mean() > 25
    assert added.max() == pytest.approx(40, abs=0.1)
    assert np.abs(added[core]).max() < 1
    np.testing.assert_array_equal(plain.mask, rimmed.mask)
