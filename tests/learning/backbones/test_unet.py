"""The U-Net that published weights fit: its names, its layers, its normalisation."""

import torch
from torch.nn import functional

from atlas_lab.learning.backbones import backbone, outline

torch.set_num_threads(1)


def test_names_and_shapes_are_the_published_ones():
    shapes = {name: tuple(tensor.shape) for name, tensor in outline("unet").net.state_dict().items()}
    parts = {name.split(".")[0] for name in shapes}
    assert parts == {"down_tr64", "down_tr128", "down_tr256", "down_tr512", "up_tr256", "up_tr128", "up_tr64"}
    assert shapes["down_tr64.ops.0.conv1.weight"] == (32, 1, 3, 3, 3)
    assert shapes["down_tr64.ops.1.bn1.running_var"] == (64,)
    assert shapes["down_tr512.ops.1.conv1.weight"] == (512, 256, 3, 3, 3)
    assert shapes["down_tr512.ops.1.conv1.bias"] == (512,)
    assert shapes["up_tr256.up_conv.weight"] == (512, 512, 2, 2, 2)
    assert shapes["up_tr256.ops.0.conv1.weight"] == (256, 768, 3, 3, 3)
    assert shapes["up_tr64.ops.1.conv1.weight"] == (64, 64, 3, 3, 3)
    assert outline("unet", 25).head.weight.shape == (25, 64, 1, 1, 1)


def test_an_answer_does_not_depend_on_the_rest_of_the_batch_in_eval():
    made = backbone("unet", 2, "tiny").eval()
    a, b = torch.rand(2, 1, 1, 16, 16, 16)
    with torch.no_grad():
        torch.testing.assert_close(made(torch.cat((a, b)))[:1], made(a), rtol=0, atol=1e-6)


def test_the_original_normalisation_can_be_asked_for_and_leaves_the_running_statistics():
    made = backbone("unet", 2, "tiny").eval()
    images = torch.rand(2, 1, 16, 16, 16)
    before = {name: tensor.clone() for name, tensor in made.named_buffers()}
    made.batch_statistics = True
    with torch.no_grad():
        by_batch, alone = made(images), made(images[:1])
    assert made.batch_statistics
    assert not torch.allclose(by_batch[:1], alone)
    assert all(torch.equal(before[name], tensor) for name, tensor in made.named_buffers())
    with torch.no_grad():
        torch.testing.assert_close(by_batch, made.train()(images))  # what training sees
    made.eval().batch_statistics = False
    with torch.no_grad():
        assert not torch.allclose(by_batch, made(images))


def test_a_level_is_convolution_norm_relu_twice():
    made = backbone("unet", 2, "tiny").eval()
    images = torch.rand(1, 1, 8, 8, 8)
    level = made.net.down_tr64
    x = images
    with torch.no_grad():
        for step in level.ops:
            x = functional.conv3d(x, step.conv1.weight, step.conv1.bias, padding=1)
            x = ((x - 0) / (1 + step.bn1.eps) ** 0.5).clamp(min=0)  # running statistics start at mean 0, variance 1
        torch.testing.assert_close(level(images), x)
