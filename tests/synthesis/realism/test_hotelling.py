"""The channelised Hotelling observer against theory."""

import numpy as np
import pytest
from scipy.stats import norm

from atlas_lab.evaluation.statistics import probability_of_superiority
from atlas_lab.synthesis.realism.hotelling import Hotelling

SIDE, NOISE = 16, 20.0


def crops(rng, count, signal):
    return (signal + NOISE * rng.standard_normal((count, *signal.shape))).astype(np.float32)


@pytest.mark.parametrize("kind", ["the first channel", "a ball"])
def test_its_area_is_the_analytic_one_for_a_known_signal_in_white_noise(kind):
    observer = Hotelling(width=8.0)
    templates = observer.templates((SIDE,) * 3)
    away = np.sqrt(sum(axis**2 for axis in np.ogrid[(slice(-SIDE // 2, SIDE // 2),) * 3]))
    signal = 30 * templates[0] if kind == "the first channel" else np.where(away < 3, 3.0, 0.0)
    flat = templates.reshape(len(templates), -1)
    through = flat @ signal.ravel()
    detectability = np.sqrt(through @ np.linalg.solve(NOISE**2 * flat @ flat.T, through))
    rng = np.random.default_rng(0)
    train = np.concatenate([crops(rng, 300, 0 * signal), crops(rng, 300, signal)])
    test = np.concatenate([crops(rng, 500, 0 * signal), crops(rng, 500, signal)])
    found = observer.scores(train, np.repeat([False, True], 300), test, seed=0)
    area = probability_of_superiority(found[500:], found[:500])
    assert area == pytest.approx(norm.cdf(detectability / np.sqrt(2)), abs=0.035)
    assert 0.7 < area < 0.95


def test_channels_are_round_of_length_one_and_nearly_perpendicular():
    templates = Hotelling(width=10.0).templates((32,) * 3)
    assert np.allclose(templates, templates.transpose(0, 3, 1, 2))
    flat = templates.reshape(len(templates), -1)
    assert flat @ flat.T == pytest.approx(np.eye(5), abs=0.02)


def test_texture_without_a_mean_is_invisible_to_it():
    rng = np.random.default_rng(1)
    quiet, loud = (scale * rng.standard_normal((200, 16, 16, 16)).astype(np.float32) for scale in (5, 15))
    labels = np.repeat([False, True], 100)
    found = Hotelling(8.0).scores(np.concatenate([quiet[:100], loud[:100]]), labels, np.concatenate([quiet[100:], loud[100:]]), 0)
    assert probability_of_superiority(found[100:], found[:100]) == pytest.approx(0.5, abs=0.12)
