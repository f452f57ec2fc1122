"""The blur is a Gaussian's, in mm."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.synthesis.handcrafted.blur import gaussian
from tests.synthesis.tissues import SPACINGS


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("sigma", [0.4, 1.0, 1.7])
def test_it_is_scipys_on_every_grid(spacing, sigma):
    mask = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(21, 17, 12)), 2) > 0.05
    widths = [sigma / s for s in spacing]
    expected = ndimage.gaussian_filter(mask.astype(np.float32), widths, mode="constant", truncate=3)
    np.testing.assert_allclose(gaussian(mask, sigma, spacing), expected, atol=2e-6)


def test_an_empty_mask_stays_empty():
    assert not gaussian(np.zeros((4, 5, 6), bool), 1.5, (1, 1, 1)).any()
