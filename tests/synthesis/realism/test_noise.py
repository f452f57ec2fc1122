"""Noise power spectra."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.synthesis.realism.noise import mean_frequency, noise_power, ring_middles

SHAPES = {
    "cube": np.ones((24, 24, 24), bool),
    "ball": sum(axis**2 for axis in np.ogrid[-14:15, -14:15, -14:15]) < 14**2,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_white_noise_is_flat_at_its_variance_times_the_voxel(shape):
    inside = SHAPES[shape]
    rng = np.random.default_rng(0)
    spectra = [noise_power(10 * rng.standard_normal(inside.shape) + 40, inside, 0.8) for _ in range(8)]
    assert np.mean(spectra, axis=0)[2:] == pytest.approx(np.full(8, 100 * 0.8**3), rel=0.06)


def test_smoothed_noise_falls_as_its_filter_does():
    inside, sigma = SHAPES["ball"], 1.2
    rng = np.random.default_rng(1)
    found = np.mean(
        [noise_power(ndimage.gaussian_filter(rng.standard_normal(inside.shape), sigma), inside, 1.0) for _ in range(12)], axis=0
    )
    filtered = np.exp(-((2 * np.pi * ring_middles(1.0) * sigma) ** 2))
    assert found[2:5] / found[2] == pytest.approx(filtered[2:5] / filtered[2], rel=0.35)
    assert (np.diff(found[1:6]) < 0).all()


def test_coarse_noise_has_the_lower_mean_frequency():
    inside = SHAPES["ball"]
    noise = np.random.default_rng(2).standard_normal(inside.shape)
    fine, coarse = (mean_frequency(noise_power(field, inside, 1.0), 1.0) for field in (noise, ndimage.gaussian_filter(noise, 1)))
    assert coarse < 0.6 * fine


def test_a_few_voxels_have_no_spectrum():
    inside = np.zeros((9, 9, 9), bool)
    inside[4, 4, :] = True
    assert np.isnan(noise_power(np.zeros(inside.shape), inside, 1.0)).all()
    assert np.isnan(mean_frequency(np.zeros(10), 1.0))
