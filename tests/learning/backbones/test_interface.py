"""What every backbone promises to a head, a trainer and a checkpoint, in its tiny size."""

import importlib.util
import json

import pytest
import torch
from torch import nn

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import BACKBONES, backbone

torch.set_num_threads(1)
NAMES = [name for name in BACKBONES if name != "nnunet_resenc" or importlib.util.find_spec("dynamic_network_architectures")]


@pytest.fixture(scope="module", params=NAMES)
def made(request):
    return backbone(request.param, classes=3, size="tiny", seed=1)


def images(batch=1, side=32, channels=1):
    return torch.rand(batch, channels, side, side, side, generator=torch.Generator().manual_seed(0))


def test_shapes_are_those_it_names(made):
    made.eval()
    with torch.no_grad():
        logits, (bottleneck, full) = made(images(2)), made.features(images(2))
    assert logits.shape == (2, 3, 32, 32, 32)
    assert full.shape == (2, made.full_channels, 32, 32, 32)
    assert bottleneck.shape[:2] == (2, made.bottleneck_channels)
    assert bottleneck.shape[2] <= made.divisor
    assert bottleneck.shape[2] in (32 // made.divisor, 1)


def test_logits_are_the_head_on_full_features(made):
    made.eval()
    with torch.no_grad():
        assert torch.equal(made(images()), made.head(made.features(images()).full))


def test_every_parameter_that_a_volume_passes_learns(made):
    made.train().zero_grad()
    made(images(2)).square().mean().backward()
    idle = [name for name, parameter in made.named_parameters() if parameter.grad is None]
    assert [name for name in idle if not name.startswith("net.slices.")] == []  # UniMiSS's embeddings of slices


def test_the_bottleneck_depends_on_the_encoder_alone(made):
    made.train().zero_grad()
    made.features(images(2)).bottleneck.square().mean().backward()
    reached = {name for name, parameter in made.named_parameters() if parameter.grad is not None}
    encoder = set(made.encoder_names)
    assert reached <= encoder
    assert reached
    assert encoder < {name for name, _ in made.named_parameters()}
    assert not any(name.startswith("head.") for name in encoder)


def test_sides_that_do_not_divide_are_refused(made):
    with pytest.raises(InputError, match=f"{made.name.replace('+', '.')} takes sides that are multiples of {made.divisor}, not"):
        made(torch.zeros(1, 1, 32, 32, 36 + made.divisor // 16 * 4 + 1))
    with pytest.raises(InputError, match=r"takes images \(B, 1, X, Y, Z\), not of shape \(1, 2, 32, 32, 32\)"):
        made.features(images(channels=2))


def test_one_seed_makes_one_network_and_touches_no_other_randomness(made):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    again, other = (backbone(made.name, classes=3, size="tiny", seed=seed) for seed in (1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    fresh = backbone(made.name, classes=3, size="tiny", seed=1).state_dict()
    assert all(torch.equal(fresh[name], tensor) for name, tensor in again.state_dict().items())
    assert not torch.equal(again.head.state_dict().popitem()[1], other.head.state_dict().popitem()[1]) or made.name in (
        "nnunet",  # its biases start at 0
        "nnunet_resenc",
    )
    assert any(not torch.equal(fresh[name], tensor) for name, tensor in other.state_dict().items())


def test_its_own_attributes_make_it_again(made):
    options = json.loads(json.dumps(made.options))
    again = backbone(made.name, made.classes, made.size, made.channels, **options)
    again.load_state_dict(made.state_dict())
    made.eval()
    with torch.no_grad():
        assert torch.equal(again.eval()(images()), made(images()))


def test_the_encoder_can_be_carried_over(made):
    other = backbone(made.name, classes=7, size="tiny", seed=2)
    state = made.encoder_state()
    other.load_state_dict(state, strict=False)
    assert set(made.encoder_names) <= set(state)
    with torch.no_grad():
        assert torch.equal(other.eval().features(images()).bottleneck, made.eval().features(images()).bottleneck)


def test_other_channels_and_longer_sides_work(made):
    two = backbone(made.name, classes=2, size="tiny", channels=2).eval()
    side = max(made.divisor, 16)
    with torch.no_grad():
        assert two(torch.rand(1, 2, 2 * side, side, 3 * side)).shape == (1, 2, 2 * side, side, 3 * side)


def test_features_work_under_distributed_data_parallel(tmp_path):
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = backbone("unet", 2, "tiny")
            self.backbone.head.requires_grad_(False)
            self.place = nn.Linear(self.backbone.bottleneck_channels, 3)
            self.pixel = nn.Conv3d(self.backbone.full_channels, 1, 1)

        def forward(self, x):
            bottleneck, full = self.backbone.features(x)
            return self.place(bottleneck.mean((2, 3, 4))).sum() + self.pixel(full).mean()

    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1)
    try:
        network = nn.parallel.DistributedDataParallel(Network())
        for _ in range(2):  # a parameter without a gradient shows in the second pass
            network(images(2, side=16)).backward()
    finally:
        torch.distributed.destroy_process_group()
    assert all(p.grad is not None for p in network.parameters() if p.requires_grad)
