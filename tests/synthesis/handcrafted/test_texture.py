"""The texture is that of blurred salt, as published, without a volume to cut it from."""

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.synthesis.handcrafted.texture import COUNTED, MEAN, RATE_FLOOR, RATE_SPAN, mean_above, strengths, texture
from tests.synthesis.tissues import SPACINGS


def salt(shape, patch, grain, rng):
    """Blurred salt as the original makes it on voxels of 1 mm: its rate's span and floor, half the range of the noise that
    sets it in standard deviations, and the salt, all but the rim."""
    noise = ndimage.gaussian_filter(rng.random(shape, dtype=np.float32), patch)
    span, floor = rng.uniform(*RATE_SPAN), rng.uniform(*RATE_FLOOR)
    rate = span * (noise - noise.min()) / np.ptp(noise) + floor
    blurred = ndimage.gaussian_filter((rate > rng.random(shape, dtype=np.float32)).astype(np.float32), grain)
    within = (slice(3 * patch, -3 * patch),) * 3
    sd = np.sqrt(1 / 12 / (8 * np.pi**1.5 * patch**3))
    return rate[within].mean(), span, np.ptp(noise) / 2 / sd, blurred[within]


def likeness(field, lag):
    """Correlation of a field with itself, moved by some voxels, over three axes."""
    pairs = [(field, np.roll(field, lag, axis)) for axis in range(3)]
    cut = slice(lag, None)
    return np.mean([np.corrcoef(a[cut, cut, cut].ravel(), b[cut, cut, cut].ravel())[0, 1] for a, b in pairs])


def drawn(patch, grain, seed, n=60, spacing=(1, 1, 1)):
    offsets = tuple((np.arange(round(n / s)) - round(n / s) // 2) * s for s in spacing)
    return texture(offsets, np.full(3, n / 2), patch, grain, np.random.default_rng(seed))


@pytest.fixture(scope="module", params=[(3, 4), (6, 4)], ids=str)
def original(request):
    """(patch, grain), and the salt that was made so."""
    return request.param, salt((150, 130, 140), *request.param, np.random.default_rng(0))


def test_its_strength_is_that_of_the_original(original):
    (patch, grain), (rate, span, stretch, blurred) = original
    spread = np.hypot(*strengths(rate, span, patch, grain, stretch))
    assert blurred.std() == pytest.approx(spread, rel=0.08)
    assert blurred[blurred > COUNTED].mean() == pytest.approx(mean_above(COUNTED, rate, spread), rel=0.01)


def test_it_is_normal_like_the_original(original):
    """The salt's skewness is what is left out; a normal sample's would be 0."""
    _, (_, _, _, blurred) = original
    centred = (blurred - blurred.mean()) / blurred.std()
    assert abs((centred**3).mean()) < 0.25
    assert (centred**4).mean() == pytest.approx(3, abs=0.4)


@pytest.mark.parametrize("lag", [2, 4, 7])
def test_its_grains_are_as_large_as_the_originals(original, lag):
    (patch, grain), (_, _, _, blurred) = original
    ours = np.mean([likeness(drawn(patch, grain, seed), lag) for seed in range(6)])
    assert ours == pytest.approx(likeness(blurred, lag), abs=0.08)


def test_its_mean_is_the_published_one_over_many_tumours():
    means = [drawn(9.0, 4.0, seed, n=20).mean() for seed in range(200)]
    assert np.mean(means) == pytest.approx(np.mean(MEAN), abs=0.015)
    assert 0.02 < np.std(means) < 0.12  # a tumour lies in a denser or a sparser patch


def test_it_varies_everywhere_alike():
    fields = np.stack([drawn(3.0, 4.0, seed, n=24) for seed in range(300)])
    spread = fields.std(axis=0)
    assert spread.std() < 0.06 * spread.mean()  # of 300 draws, by chance 4 %


@pytest.mark.parametrize("spacing", SPACINGS)
def test_it_is_the_same_field_in_mm_on_every_grid(spacing):
    fine, coarse = drawn(6.0, 4.0, 1, 30), drawn(6.0, 4.0, 1, 30, spacing)
    places = [(np.arange(n) - n // 2) * s + 15 for n, s in zip(coarse.shape, spacing, strict=True)]
    at = np.stack(np.meshgrid(*places, indexing="ij"))
    there = (at <= 28).all(axis=0)
    expected = ndimage.map_coordinates(fine, at, order=3, mode="nearest")
    np.testing.assert_allclose(coarse[there], expected[there], atol=2e-3)


def test_it_stays_between_0_and_1_even_where_it_is_coarse():
    field = drawn(15.0, 1.0, 0)
    assert field.min() >= 0
    assert field.max() <= 1
