"""Cut in two and put together, a network gives what MONAI's own pass gives."""

import pytest
import torch
from monai.networks import nets

from atlas_lab.learning.backbones import backbone

torch.set_num_threads(1)
OUTPUT_LAYER = {
    "swin_unetr": "out",
    "unetr": "out",
    "segresnet": "conv_final.2",
    "mednext": "out_0",
    "unet++": "final_conv_0_4",
    "dints": "stem_finals.1",
}


@pytest.mark.parametrize("name", OUTPUT_LAYER)
def test_the_networks_own_pass_agrees(name):
    made = backbone(name, 3, "tiny").eval()
    side = 48 if name == "unetr" else 32
    images = torch.rand(1, 1, side, side, side)
    with torch.no_grad():
        ours = made(images)
        made.net.set_submodule(OUTPUT_LAYER[name], made.head)
        theirs = made.net(images)
    torch.testing.assert_close(ours, theirs[-1] if isinstance(theirs, list) else theirs, rtol=0, atol=1e-6)


def test_nnunet_agrees_with_dynunet():
    filters = (12, 24, 48, 96)
    made, own = (
        backbone("nnunet", 3, "tiny").eval(),
        nets.DynUNet(3, 1, 3, [3] * 4, [1, 2, 2, 2], [2] * 3, filters=filters).eval(),
    )
    own.load_state_dict(made.net.state_dict(), strict=False)
    own.output_block.load_state_dict(made.head.state_dict())
    images = torch.rand(1, 1, 32, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(made(images), own(images), rtol=0, atol=1e-6)


def test_unetr_interpolates_its_positions_for_another_size():
    made = backbone("unetr", 2, "tiny").eval()
    learned = made.net.vit.patch_embedding.position_embeddings
    with torch.no_grad():
        learned.fill_(0.5)
        assert torch.allclose(made._positions((2, 4, 1)), torch.full((1, 8, 64), 0.5))
        ramp = torch.arange(3.0).repeat_interleave(9)[None, :, None].expand_as(learned)
        learned.copy_(ramp)  # grows along x, the first axis of the grid
        grown = made._positions((6, 1, 1))[0, :, 0]
    assert made._positions((3, 3, 3)) is learned
    assert torch.all(grown.diff() >= 0)
    assert grown[0] < 0.5 < 1.5 < grown[-1]
