"""Files with the keys and shapes of the published ones, their numbers made up."""

import torch

from atlas_lab.learning.backbones import Backbone

TEXT_BRANCH = {
    "organ_embedding": (32, 512),
    "GAP.0.weight": (512,),
    "GAP.3.weight": (256, 512, 1, 1, 1),
    "precls_conv.2.weight": (8, 64, 1, 1, 1),
    "controller.weight": (153, 512, 1, 1, 1),
    "text_to_vision.weight": (256, 512),
}
OUTPUT_LAYERS = {
    "unet": ("out_tr.final_conv.weight", "out_tr.final_conv.bias"),
    "swin_unetr": ("out.conv.conv.weight", "out.conv.conv.bias"),
    "segresnet": ("conv_final.2.conv.weight", "conv_final.2.conv.bias"),
}


def plain(backbone: Backbone, classes: int = 1) -> dict[str, torch.Tensor]:
    """The whole network's state dict under its own names, output layer too, each tensor filled with a number of its own."""
    own = backbone.net.state_dict()
    state = {name: filled(tensor.shape, number, tensor.dtype) for number, (name, tensor) in enumerate(own.items(), 1)}
    weight, bias = OUTPUT_LAYERS[backbone.name]
    return state | {weight: filled((classes, backbone.full_channels, 1, 1, 1), 7), bias: filled((classes,), 7)}


def filled(shape, number, dtype=torch.float32):
    """One number, seen as a tensor of the shape: a file of it is small."""
    return torch.full((), number % 100 + 1, dtype=dtype).expand(shape)


def suprem(backbone: Backbone) -> dict:
    """`suprem:unet`, `suprem:swin_unetr` and the Universal Model's: the backbone within a model with a text branch."""
    net = {f"module.backbone.{name}": tensor for name, tensor in plain(backbone).items()}
    net |= {f"module.{name}": filled(shape, 3) for name, shape in TEXT_BRANCH.items()}
    moments = {0: {"exp_avg": torch.zeros(2), "exp_avg_sq": torch.zeros(2), "step": torch.tensor(1.0)}}
    return {
        "net": net,
        "optimizer": {"state": moments, "param_groups": [{"lr": 1e-3}]},
        "scheduler": {"last_epoch": 3},
        "epoch": 3,
    }


def suprem_segresnet(backbone: Backbone) -> dict:
    """`suprem:segresnet`: plain multi-channel output of 32 classes, in DataParallel."""
    return {"net": {f"module.{name}": tensor for name, tensor in plain(backbone, 32).items()}, "epoch": 3}


def models_genesis(backbone: Backbone) -> dict:
    """`models_genesis:unet`."""
    state = {f"module.{name}": tensor for name, tensor in plain(backbone).items()}
    return {"epoch": 9, "state_dict": state, "optimizer_state_dict": {"state": {}}}


def nvidia_5050(backbone: Backbone) -> dict:
    """`nvidia:swin_unetr_5050`: MONAI's names."""
    return {"state_dict": plain(backbone, 14)}


def nvidia_50000(backbone: Backbone) -> dict:
    """`nvidia:swin_unetr_50000`: an `encoder` with an index more in its stages, and tensors of its own."""
    state = {"encoder.mask_token": filled((1, 1, 48), 3), "encoder.norm.weight": filled((768,), 3)}
    state["encoder.norm.bias"] = filled((768,), 3)
    for name, tensor in plain(backbone).items():
        if name.startswith("swinViT.patch_embed"):
            name = name.replace("swinViT.", "encoder.")
        elif name.startswith("swinViT.layers"):  # swinViT.layers1.0.blocks… → encoder.layers1.0.0.blocks…
            name = "encoder." + name[8:18] + "0." + name[18:]
        state[name] = tensor
    return {"model": state}
