"""Gradients of convolutions over a few planes, in bfloat16 on a CPU."""

import pytest
import torch
from torch import nn

from atlas_lab.learning.training.narrow import sound_convolutions

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("convolution", "shape"),
    [
        (nn.Conv3d(32, 32, 3, padding=1), (2, 2, 2)),
        (nn.Conv3d(32, 32, 3, padding=1), (2, 4, 6)),
        (nn.Conv3d(32, 32, 3, stride=2, padding=1), (4, 4, 1)),
        (nn.Conv3d(32, 32, 5, padding=2), (4, 4, 4)),
    ],
    ids=["a cube of 2", "two planes", "one column", "a kernel of 5"],
)
def test_the_gradient_of_a_narrow_convolution_is_that_of_float32(convolution, shape):
    images = torch.randn((2, 32, *shape), generator=torch.Generator().manual_seed(0))
    torch.nn.init.normal_(convolution.weight, generator=torch.Generator().manual_seed(1))
    convolution(images).square().sum().backward()
    right = convolution.weight.grad.clone()
    for _ in range(6):
        filth = [torch.full((1 << size,), float("nan")) for size in range(8, 18)]  # what freed memory may hold
        del filth
        convolution.zero_grad()
        with sound_convolutions(CPU), torch.autocast("cpu", torch.bfloat16):
            convolution(images).square().sum().backward()
        torch.testing.assert_close(convolution.weight.grad, right)


def test_a_wide_convolution_stays_in_bfloat16():
    with sound_convolutions(CPU), torch.autocast("cpu", torch.bfloat16):
        assert nn.Conv3d(1, 8, 3, padding=1)(torch.zeros(1, 1, 4, 3, 5)).dtype == torch.bfloat16
        assert nn.Conv3d(1, 8, 3, padding=1)(torch.zeros(1, 1, 4, 2, 5)).dtype == torch.float32
