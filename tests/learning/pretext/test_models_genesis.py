"""Models Genesis: each of its four changes alone, as often and as large as published."""

import numpy as np
import pytest
import torch

from atlas_lab.learning.pretext import pretext
from atlas_lab.learning.pretext._intensity import bezier, through_curves
from tests.learning.pretext.stand_in import backbone, generator, patches, places

NOTHING = {"flip": 0, "shuffle": 0, "curve": 0, "paint": 0}


def alone(**options):
    return pretext("models_genesis", **{**NOTHING, **options})


def test_without_its_changes_it_changes_nothing():
    images = patches()
    inputs, targets = alone().make(images, generator())
    assert torch.equal(inputs, images)
    assert torch.equal(targets, images)


def test_flips_turn_image_and_answer_alike():
    images = patches(200, side=8)
    inputs, targets = alone(flip=0.4).make(images, generator())
    assert torch.equal(inputs, targets)
    same = (targets == images).flatten(1).all(1).float().mean()
    assert same == pytest.approx(0.6 + 0.4 * 0.4 * 0.6 / 3 + 0.4**3 * 0, abs=0.1)  # none, or twice along one axis
    flips = [images.flip(axis) for axis in (2, 3, 4)]
    assert all((targets == flipped).flatten(1).all(1).any() for flipped in flips)


def test_shuffling_moves_voxels_within_small_windows_only():
    origin = places(40)
    inputs = alone(shuffle=1).make(origin, generator())[0]
    index = origin.long()
    came = inputs.long()
    moved = [(came // 1600 - index // 1600).abs(), (came // 40 % 40 - index // 40 % 40).abs(), (came % 40 - index % 40).abs()]
    assert max(int(step.max()) for step in moved) < 4  # a window has at most 40 // 10 voxels along an axis
    assert 0.3 < (came != index).float().mean() < 0.85


def test_curves_run_from_corner_to_corner():
    x, y = bezier(50, generator())
    for values in (x, y):
        assert torch.allclose(values[:, 0], torch.zeros(50), atol=1e-6)
        assert torch.allclose(values[:, -1], torch.ones(50), atol=1e-6)
        assert -1e-6 <= values.min() <= values.max() <= 1 + 1e-6


def test_half_of_the_curves_rise_and_the_others_turn_bright_into_dark():
    ramp = torch.linspace(0, 1, 512).view(1, 1, 8, 8, 8).expand(400, -1, -1, -1, -1)
    mapped = through_curves(ramp, generator()).flatten(1)
    first, last = mapped[:, 0], mapped[:, -1]
    rises = last > first
    assert rises.float().mean() == pytest.approx(0.5, abs=0.08)
    assert torch.allclose(first[rises], torch.tensor(0.0), atol=1e-5)
    assert torch.allclose(last[~rises], torch.tensor(0.0), atol=1e-5)
    assert (mapped[rises].diff(dim=1) >= -1e-6).all()


def test_a_curve_is_interpolated_as_numpy_does():
    image = patches(1, side=8)
    x, y = (values[0].numpy() for values in bezier(1, generator(4)))
    mapped = through_curves(image, generator(4)).flatten().numpy()
    rising = np.interp(image.flatten().numpy(), np.sort(x), np.sort(y))
    falling = np.interp(image.flatten().numpy(), np.sort(x), y[::-1])
    assert min(np.abs(mapped - rising).max(), np.abs(mapped - falling).max()) < 1e-4


def test_painting_fills_small_boxes_or_leaves_large_ones():
    images = torch.full((40, 1, 42, 42, 42), 2.0)
    inside = alone(paint=1, inpaint=1).make(images, generator())[0] != 2
    outside = alone(paint=1, inpaint=0).make(images, generator())[0] != 2
    assert inside.flatten(1).float().mean(1).max() <= 5 / 27
    border = torch.ones(42, 42, 42, dtype=torch.bool)
    border[3:-3, 3:-3, 3:-3] = False
    assert not inside[:, 0, border].any()  # the margin of three voxels
    assert outside[:, 0, border].all()
    kept = (~outside).flatten(1).float().mean(1)
    assert kept.min() >= (3 / 7) ** 3 - 1e-6  # there is always a window
    assert kept.max() < 0.8


def test_in_and_outpainting_come_one_to_four():
    images = torch.full((300, 1, 14, 14, 14), 2.0)
    hidden = (alone(paint=1).make(images, generator())[0] != 2)[:, 0]
    outside = hidden[:, 0].flatten(1).all(1)  # the first plane lies in the margin
    assert outside.float().mean() == pytest.approx(0.8, abs=0.08)


def test_its_head_answers_between_0_and_1():
    answer = pretext("models_genesis").network(backbone())(patches(1) * 100)
    assert 0 <= answer.min() <= answer.max() <= 1
