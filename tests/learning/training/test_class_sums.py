"""The sums are those of the formula, their gradient that of autograd, on CPUs and on GPUs alike."""

import pytest
import torch
from torch.nn import functional

from atlas_lab.learning.training.class_sums import _AtOnce, _ClassByClass

WAYS = pytest.mark.parametrize("way", [_ClassByClass, _AtOnce], ids=["class_by_class", "at_once"])


def given(dtype=torch.float64, seed=0):
    """Logits, a structure of which one class has nothing, and which classes are known."""
    generator = torch.Generator().manual_seed(seed)
    logits = 4 * torch.randn(2, 3, 3, 4, 5, generator=generator, dtype=torch.float64)
    target = torch.rand(logits.shape, generator=generator) < 0.3
    target[0, 2] = False
    known = torch.tensor([[True, True, True], [False, True, True]])
    return logits.to(dtype).requires_grad_(), target, known


def plainly(logits, target, known):
    """The same, by torch's own functions."""
    exact = logits if logits.dtype == torch.float64 else logits.float()
    inside, probability = target.to(exact.dtype), torch.sigmoid(exact)
    each = (functional.softplus(exact), exact * inside, probability * inside, probability, inside)
    return [part.sum((2, 3, 4)) * known for part in each]


@WAYS
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_sums_and_gradients_are_those_of_the_formula(way, dtype):
    logits, target, known = given(dtype)
    ours, theirs = way.apply(logits, target, known), plainly(logits, target, known)
    weights = torch.rand(5, 2, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(ours[0].dtype)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == (torch.float32 if dtype == torch.bfloat16 else dtype)
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-5)
    (slope,) = torch.autograd.grad(sum((part * weight).sum() for part, weight in zip(ours[:4], weights, strict=False)), logits)
    (true,) = torch.autograd.grad(sum((part * weight).sum() for part, weight in zip(theirs[:4], weights, strict=False)), logits)
    assert slope.dtype == dtype
    torch.testing.assert_close(slope, true, rtol=1e-2 if dtype == torch.bfloat16 else 1e-6, atol=1e-6)


@WAYS
def test_gradcheck(way):
    logits, target, known = given()
    assert torch.autograd.gradcheck(lambda x: way.apply(x, target, known)[:4], (logits,))


@WAYS
def test_nothing_known_is_nothing(way):
    logits, target, known = given()
    sums = way.apply(logits, target, torch.zeros_like(known))
    assert not any(part.any() for part in sums)
    (slope,) = torch.autograd.grad(sum(part.sum() for part in sums[:4]), logits)
    assert not slope.any()


@WAYS
def test_logits_of_a_thousand_overflow_nothing(way):
    logits = torch.tensor([-1000.0, 1000.0], requires_grad=True)
    target, known = torch.tensor([True, False]).view(1, 1, 1, 1, 2), torch.ones(1, 1, dtype=torch.bool)
    sums = way.apply(logits.view(1, 1, 1, 1, 2), target, known)
    assert [part.item() for part in sums] == [1000, -1000, 0, 1, 1]
    sum(sums[:4]).sum().backward()
    assert logits.grad.tolist() == [1, 1]


@WAYS
def test_any_memory_layout_will_do(way):
    logits, target, known = given(torch.float32)
    other = logits.detach().contiguous(memory_format=torch.channels_last_3d).requires_grad_()
    mask = target.contiguous(memory_format=torch.channels_last_3d)
    for one, two in zip(way.apply(logits, target, known), way.apply(other, mask, known), strict=True):
        torch.testing.assert_close(one, two)
    grads = [torch.autograd.grad(way.apply(x, t, known)[2].sum(), x)[0] for x, t in ((logits, target), (other, mask))]
    torch.testing.assert_close(grads[0], grads[1])
