"""Noise, boxes, swaps: what is changed, and what is not."""

import pytest
import torch

from atlas_lab.learning.pretext import pretext
from tests.learning.pretext.stand_in import SIDE, generator, patches, places


def test_denoising_adds_gaussian_noise_of_a_tenth_and_clips_nothing():
    images = torch.zeros(2, 1, SIDE, SIDE, SIDE)
    noise = pretext("denoising").make(images, generator())[0]
    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.std() == pytest.approx(0.1, rel=0.02)
    assert (noise < 0).float().mean() == pytest.approx(0.5, abs=0.01)


def test_inpainting_hides_five_boxes_behind_noise_and_nothing_else():
    images = torch.full((8, 1, 30, 30, 30), 2.0)
    inputs, targets = pretext("inpainting").make(images, generator())
    hidden = inputs != 2
    assert torch.equal(targets, images)
    assert 0 <= inputs[hidden].min() < 0.01
    assert 0.99 < inputs[hidden].max() < 1
    assert hidden.flatten(1).sum(1).min() >= 5**3  # a box has sides from 5 to 10
    assert hidden.flatten(1).sum(1).max() <= 5 * 10**3
    one = pretext("inpainting", boxes=1).make(images, generator())[0] != 2
    for sample in one[:, 0]:
        where = sample.nonzero()
        sides = where.amax(0) - where.amin(0) + 1
        assert sample.sum() == sides.prod()  # a full box
        assert 5 <= sides.min() <= sides.max() <= 10


def test_outpainting_hides_what_inpainting_leaves():
    images = torch.full((4, 1, 30, 30, 30), 2.0)
    inside = pretext("inpainting").make(images, generator(3))[0] == 2
    outside = pretext("inpainting", outside=True).make(images, generator(3))[0] == 2
    assert torch.equal(inside, ~outside)


def test_restoration_keeps_the_histogram_and_moves_small_boxes():
    images = patches(6)
    inputs, targets = pretext("restoration").make(images, generator())
    assert torch.equal(targets, images)
    assert torch.equal(inputs.flatten(1).sort().values, images.flatten(1).sort().values)
    moved = (inputs != images).flatten(1).float().mean(1)
    assert moved.min() > 0.004
    assert moved.max() <= 20 * 5**3 / SIDE**3


def test_restoration_swaps_two_disjoint_boxes_of_one_size():
    for seed in range(30):
        origin = places()
        inputs = pretext("restoration", swaps=1).make(origin, generator(seed))[0]
        moved = (inputs != origin)[0, 0].nonzero()
        came_from = inputs[0, 0][tuple(moved.T)]
        shift = torch.stack([came_from // SIDE**2, came_from // SIDE % SIDE, came_from % SIDE], 1).long() - moved
        forth, back = shift[0], -shift[0]
        boxes = [moved[(shift == step).all(1)] for step in (forth, back)]
        sides = [box.amax(0) - box.amin(0) + 1 for box in boxes]
        assert len(boxes[0]) + len(boxes[1]) == len(moved)  # every voxel went one way or the other
        assert torch.equal(sides[0], sides[1])
        assert len(boxes[0]) == len(boxes[1]) == sides[0].prod()  # full boxes that do not overlap
        assert 2 <= sides[0].min() <= sides[0].max() <= 5
