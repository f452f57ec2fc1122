"""UniMiSS's own network: the published widths and depths, attention over few keys, slices and volumes by the same blocks."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import backbone, outline
from atlas_lab.learning.backbones.unimiss_stage import Stage

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("size", "depths"), [("tiny", [1, 1, 1, 1]), ("small", [2, 3, 4, 3]), ("published", [2, 3, 4, 3])])
def test_widths_depths_and_heads_are_the_published_ones(size, depths):
    made = outline("unimiss", size=size)
    stages = made.net.stages
    assert [len(stage.blocks) for stage in stages] == depths
    assert [stage.after.normalized_shape[0] for stage in stages] == [48, 128, 256, 512]
    assert [(block.attention.heads, block.attention.reduction) for block in (s.blocks[0] for s in stages)] == [
        (1, 6), (2, 4), (4, 2), (8, 1)
    ]  # fmt: skip
    assert made.net.volumes[0][0].out_channels == made.net.slices[0][0].out_channels == 32


def test_keys_of_a_patch_of_96_are_few_at_every_stage():
    sides = [96 >> level for level in range(2, 6)]
    seen = []
    for stage, side in zip(backbone("unimiss", size="tiny").net.stages, sides, strict=True):
        attention = stage.blocks[0].attention
        attention.norm.register_forward_hook(lambda _, given, __: seen.append(given[0].shape[1]))
        with torch.no_grad():
            stage(noise(1, stage.after.normalized_shape[0], side, side, side))
    assert seen == [4**3, 3**3, 3**3, 3**3]


def test_a_key_is_the_mean_of_its_box_and_of_what_there_is_in_the_last():
    attention = Stage(8, 1, heads=2, reduction=2, reach=4).blocks[0].attention
    grid = noise(1, 8, 3, 2)
    keys = attention._fewer(grid.flatten(2).transpose(1, 2), grid.shape[2:])
    assert torch.allclose(keys[0, 0], grid[0, :, :2, :2].mean((1, 2)))
    assert torch.allclose(keys[0, 1], grid[0, :, 2:, :2].mean((1, 2)))


def test_attention_is_the_softmax_of_queries_and_keys():
    attention = Stage(8, 1, heads=2, reduction=1, reach=4).blocks[0].attention
    tokens = noise(2, 6, 8)
    query, (key, value) = attention.query(tokens), attention.key_value(attention.norm(tokens)).chunk(2, dim=-1)
    heads = []
    for part in (slice(0, 4), slice(4, 8)):
        weights = functional.softmax(query[..., part] @ key[..., part].transpose(1, 2) / 2, dim=-1)
        heads.append(weights @ value[..., part])
    torch.testing.assert_close(attention(tokens, torch.Size([6, 1])), attention.out(torch.cat(heads, dim=-1)))


def test_positions_are_learned_axis_by_axis_and_interpolated():
    stage = Stage(2, 1, heads=1, reduction=1, reach=3)
    with torch.no_grad():
        stage.positions.copy_(torch.tensor([1.0, 10, 100])[:, None, None] * torch.arange(3.0))
    assert stage._places(torch.Size([3, 3, 3]))[0, 0, 2, 1, 0] == 2 * 1 + 1 * 10
    assert stage._places(torch.Size([3, 3]))[0, 1, 1, 2] == 1 + 2 * 10
    assert stage._places(torch.Size([6, 3, 3]))[0, 0, 3, 0, 0].item() == pytest.approx(1.25)


def test_slices_pass_the_blocks_of_volumes_and_embeddings_of_their_own():
    made = backbone("unimiss", 2, "tiny").train()
    features = made.slice_features(noise(2, 1, 64, 96))
    assert features.shape == (2, made.bottleneck_channels, 2, 3)
    features.square().mean().backward()
    reached = {name for name, parameter in made.named_parameters() if parameter.grad is not None}
    assert not any(name.startswith(("net.volumes.", "net.decoder.", "head.")) for name in reached)
    assert {name for name, _ in made.named_parameters() if name.startswith(("net.slices.", "net.stages."))} == reached
    assert reached <= set(made.encoder_names)


def test_the_bottleneck_alone_is_that_of_the_features():
    made = backbone("unimiss", 2, "tiny").eval()
    images = noise(1, 1, 32, 64, 32)
    with torch.no_grad():
        assert torch.equal(made.bottleneck(images), made.features(images).bottleneck)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((1, 1, 32, 32, 32), r"takes slices \(B, 1, X, Y\), not of shape"),
        ((1, 2, 32, 32), "takes slices"),
        ((1, 1, 32, 48), "multiples of 32"),
    ],
)
def test_other_shapes_are_no_slices(shape, said):
    with pytest.raises(InputError, match=said):
        backbone("unimiss", 2, "tiny").slice_features(torch.zeros(shape))


def test_it_learns_to_segment_a_bright_box():
    made = backbone("unimiss", 1, "tiny").train()
    images = 0.2 * noise(1, 1, 32, 32, 32)
    target = torch.zeros_like(images)
    target[..., 8:20, 10:24, 4:16] = 1
    images += 0.6 * target
    optimizer = torch.optim.AdamW(made.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss = nn.functional.binary_cross_entropy_with_logits(made(images), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]
