"""Swin UNETR's three heads: turns, cut-outs, mixtures, and what each of the three losses is at its best."""

import math

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext import pretext
from tests.learning.pretext.stand_in import backbone, generator, patches


def test_each_view_is_turned_in_the_axial_plane_as_it_says():
    images = patches(20, side=20)
    _, targets = pretext("swin_unetr").make(images, generator())
    assert targets["turns"].unique().tolist() == [0, 1, 2, 3]
    for view in range(40):
        turned = torch.rot90(images[view % 20], int(targets["turns"][view]), (1, 2))
        assert torch.equal(targets["image"][view], turned)


def test_damage_stays_below_its_share_and_shows_noise_and_other_patches():
    images = torch.arange(6.0).view(6, 1, 1, 1, 1).expand(-1, -1, 40, 40, 40) + 10
    inputs, targets = pretext("swin_unetr").make(images, generator())
    damaged = inputs != targets["image"]
    noise, other = damaged & (inputs <= 1), damaged & (inputs >= 10)
    assert torch.equal(damaged, noise | other)
    limit = 0.3 + 0.25**3  # the last box may go beyond
    for kind in (noise, other):
        shares = kind.flatten(1).float().mean(1)
        assert shares.max() < limit
        assert shares.mean() > 0.05
    assert 0 <= inputs[noise].min() < 0.2
    assert 0.8 < inputs[noise].max() <= 1


def test_no_share_means_no_damage_and_one_patch_is_mixed_with_none():
    images = patches()
    inputs, targets = pretext("swin_unetr", dropped=0).make(images, generator())
    assert torch.equal(inputs, targets["image"])
    alone = torch.full((1, 1, 20, 20, 20), 2.0)
    assert pretext("swin_unetr").make(alone, generator())[0].max() == 2


def test_the_right_answer_costs_only_what_contrast_leaves():
    task = pretext("swin_unetr")
    _, targets = task.make(patches(3), generator())
    outputs = {
        "image": targets["image"], "turns": 100 * torch.nn.functional.one_hot(targets["turns"], 4),
        "embedding": torch.eye(3).repeat(2, 1),
    }  # fmt: skip
    least = -math.log(math.exp(2) / (math.exp(2) + 4))  # cosines over 0.5: 1 with the other view, 0 with four others
    assert task.loss(outputs, targets) == pytest.approx(least, abs=1e-5)
    swapped = {**outputs, "embedding": torch.eye(3)[[0, 1, 2, 1, 2, 0]]}
    assert task.loss(swapped, targets) > least + 1.5
    assert task.loss({**outputs, "image": targets["image"] + 0.5}, targets) == pytest.approx(least + 0.5, abs=1e-5)
    clueless = {**outputs, "turns": torch.zeros(6, 4)}
    assert task.loss(clueless, targets) == pytest.approx(least + math.log(4), abs=1e-5)


def test_three_heads_stand_on_the_bottleneck():
    outputs = pretext("swin_unetr").network(backbone())(patches(2))
    assert {name: tuple(value.shape) for name, value in outputs.items()} == {
        "image": (2, 1, 32, 32, 32), "turns": (2, 4), "embedding": (2, 512),
    }  # fmt: skip


def test_a_patch_that_is_not_square_is_refused():
    with pytest.raises(InputError, match=r"\(16, 24, 16\) voxels are not square"):
        pretext("swin_unetr").make(torch.zeros(1, 1, 16, 24, 16), generator())
