"""Cross-entropy and Dice over what is known."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from atlas_lab.learning.training import bce_dice

KNOWN = torch.ones(1, 2, dtype=torch.bool)


def organ(thickness=3, side=12):
    """Two classes: an organ a few voxels thick, and one that is not in the patch."""
    target = torch.zeros(1, 2, side, side, side, dtype=torch.bool)
    target[:, 0, :thickness] = True
    return target


def test_a_perfect_answer_has_no_loss_however_thin_the_organ_is():
    target = organ()
    bce, dice = bce_dice(target.float() * 60 - 30, target, KNOWN)
    assert bce < 1e-6
    assert dice < 2e-3  # what the 1 in the denominator costs


def test_a_wrong_answer_has_the_largest_dice_loss():
    target = organ()
    assert bce_dice(30 - target.float() * 60, target, KNOWN).dice == pytest.approx(1)


@given(st.integers(0, 2**31))
def test_it_is_the_mean_of_torchs_cross_entropy_and_of_the_formula_by_class(seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(2, 3, 4, 5, 6, generator=generator)
    target = torch.rand(2, 3, 4, 5, 6, generator=generator) < 0.3
    known = torch.tensor([[True, False, True], [True, True, False]])
    bce, dice = bce_dice(logits, target, known)
    each = functional.binary_cross_entropy_with_logits(logits, target.float(), reduction="none").mean((2, 3, 4))
    assert bce == pytest.approx(each[known].mean().item(), abs=1e-5)
    p, t = torch.sigmoid(logits), target.float()
    by_class = 1 - 2 * (p * t).sum((2, 3, 4)) / (p.sum((2, 3, 4)) + t.sum((2, 3, 4)) + 1)
    assert dice == pytest.approx(by_class[known].mean().item(), abs=1e-5)


def test_classes_that_nobody_knows_and_absent_ones_have_no_gradient():
    target = organ()
    logits = torch.randn(target.shape, requires_grad=True)
    known = torch.tensor([[False, True]])
    parts = bce_dice(logits, target, known)
    sum(parts).backward()
    assert not logits.grad[:, 0].any()
    assert logits.grad[:, 1].any()  # cross-entropy: it is known to be absent
    assert parts.dice == 0  # and Dice says nothing of it


def test_half_precision_is_summed_in_full():
    target = organ(side=32)
    full = bce_dice(target.float() * 4 - 2, target, KNOWN)
    half = bce_dice((target.float() * 4 - 2).to(torch.bfloat16), target, KNOWN)
    assert [part.item() for part in half] == pytest.approx([part.item() for part in full])
