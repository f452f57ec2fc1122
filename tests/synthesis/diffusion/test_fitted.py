"""The level of a tumour: its model's where that is in the range, else one just inside."""

import numpy as np
import pytest

from atlas_lab.anatomy import PHASES
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.diffusion.fitted import fitted_contrast
from atlas_lab.synthesis.handcrafted.draws import VISIBLE
from tests.synthesis.tissues import ball

SHARES = (0.0, 0.5, 1.0)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("organ", ["liver", "pancreas", "kidney", "spleen"])
def test_whatever_a_model_gives_the_level_is_in_the_range_and_shows(organ, phase):
    tissue = ball(40.0, organ=organ, phase=phase, noise=4.0)
    for sampled in (-300.0, -60.0, -15.0, -1.0, 0.0):
        for share in SHARES:
            low, high = contrast_range(organ, phase)
            found = fitted_contrast(sampled, tissue, share)
            assert low <= found <= high
            assert abs(found) >= VISIBLE * tissue.noise


def test_a_level_in_the_range_stays_as_it_is():
    assert [fitted_contrast(-50.25, ball(40.0), share) for share in SHARES] == [-50.25] * 3


def test_levels_beyond_the_range_come_just_inside_and_not_all_to_one():
    for sampled, end in ((-10.0, -35.0), (-200.0, -75.0)):
        found = [fitted_contrast(sampled, ball(40.0, noise=4.0), share) for share in SHARES]
        assert found[0] == end
        assert len(set(found)) == 3
        assert np.abs(np.subtract(found, end)).max() <= 0.2 * (75 - 35) + 1e-9


def test_a_noisy_organ_asks_for_a_darker_tumour():
    noisy = ball(40.0, noise=25.0)
    assert fitted_contrast(-38.0, noisy, 0.0) == pytest.approx(-VISIBLE * noisy.noise)
    assert fitted_contrast(-60.0, noisy, 0.0) == -60.0


def test_a_bright_tumour_stays_bright_where_such_are_known():
    arterial, portal = ball(40.0, phase="arterial", noise=4.0), ball(40.0, phase="portal", noise=4.0)
    assert fitted_contrast(5.0, arterial, 0.0) == 20
    assert fitted_contrast(90.0, arterial, 0.0) == 60
    assert fitted_contrast(30.0, arterial, 0.0) == 30
    assert fitted_contrast(5.0, portal, 0.0) == -35
