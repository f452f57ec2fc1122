"""Published files become whole models, by the names of their tensors; what does not fit is said."""

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import outline
from atlas_lab.learning.heads import TEMPLATE, Universal
from atlas_lab.learning.inference import model_of, published_model
from atlas_lab.learning.weights import SOURCES
from tests.learning.weights.files import filled, plain

NINE = ("spleen", "kidney_right", "kidney_left", "gall_bladder", "liver", "stomach", "aorta", "postcava", "pancreas")


def head(bottleneck, full, classes=32):
    """The tensors of a text-driven head under their published names; the embeddings' rows are numbered."""
    shapes = {
        "GAP.0.weight": (bottleneck,), "GAP.0.bias": (bottleneck,),
        "GAP.3.weight": (256, bottleneck, 1, 1, 1), "GAP.3.bias": (256,),
        "precls_conv.0.weight": (full,), "precls_conv.0.bias": (full,),
        "precls_conv.2.weight": (8, full, 1, 1, 1), "precls_conv.2.bias": (8,),
        "controller.weight": (153, 512, 1, 1, 1), "controller.bias": (153,),
        "text_to_vision.weight": (256, 512), "text_to_vision.bias": (256,),
    }  # fmt: skip
    rows = torch.arange(1.0, classes + 1, dtype=torch.float16)[:, None].expand(classes, 512)
    return {name: filled(shape, 20 + n) for n, (name, shape) in enumerate(shapes.items())} | {"organ_embedding": rows}


def universal_file(backbone, **options):
    net = {f"module.backbone.{name}": tensor for name, tensor in plain(backbone).items()}
    text = head(backbone.bottleneck_channels, backbone.full_channels, **options)
    return {"net": net | {f"module.{name}": tensor for name, tensor in text.items()}, "epoch": 3}


@pytest.fixture
def saved(tmp_path):
    def save(name, content):
        path = tmp_path / SOURCES[name].file
        torch.save(content, path)
        return path

    return save


@pytest.mark.parametrize("name", ["suprem:unet", "universal:unet", "suprem:swin_unetr", "universal:swin_unetr"])
def test_backbone_and_head_are_filled_completely(saved, name):
    made = outline(SOURCES[name].backbone, 1)
    content = universal_file(made)
    model = published_model(name, saved(name, content))
    network = model.network
    assert isinstance(network, Universal)
    assert not network.training
    assert (model.spacing, model.window, model.patch) == ((1.5, 1.5, 1.5), (-175, 250), (96, 96, 96))
    assert model.classes == (NINE if name.startswith("suprem") else TEMPLATE)
    for own, tensor in network.backbone.net.state_dict().items():
        assert torch.equal(tensor, content["net"][f"module.backbone.{own}"]), own
    for own, theirs in {
        "image.0.bias": "GAP.0.bias", "image.3.weight": "GAP.3.weight", "voxels.0.weight": "precls_conv.0.weight",
        "voxels.2.bias": "precls_conv.2.bias", "controller.weight": "controller.weight", "text.weight": "text_to_vision.weight",
    }.items():  # fmt: skip
        assert torch.equal(network.head.state_dict()[own], content["net"][f"module.{theirs}"]), own
    assert network.head.embeddings[:, 0].tolist() == [TEMPLATE.index(structure) + 1 for structure in model.classes]


def test_a_published_unet_normalises_by_the_window_at_hand(saved):
    name = "suprem:unet"
    model = published_model(name, saved(name, universal_file(outline("unet", 1))))
    assert model.network.backbone.batch_statistics


def test_chosen_structures_are_rows_of_the_output_layer(saved):
    name = "suprem:segresnet"
    made = outline("segresnet", 1)
    net = plain(made, 32)
    net["conv_final.2.conv.weight"] = torch.arange(32.0)[:, None, None, None, None].expand(32, 16, 1, 1, 1)
    net["conv_final.2.conv.bias"] = torch.arange(32.0)
    path = saved(name, {"net": {f"module.{own}": tensor for own, tensor in net.items()}})
    model = published_model(name, path, ["liver", "kidney_cyst"])
    assert model.classes == ("liver", "kidney_cyst")
    weight, bias = model.network.head.state_dict().values()
    assert (bias.tolist(), weight[:, 0, 0, 0, 0].tolist()) == ([5, 31], [5, 31])
    assert published_model(name, path).classes == NINE


def test_a_file_that_was_downloaded_by_hand_is_known_by_its_name(saved):
    name = "suprem:unet"
    path = saved(name, universal_file(outline("unet", 1)))
    assert model_of(path, structures=["aorta"], device="cpu").classes == ("aorta",)


def without(*names):
    def change(net):
        return {name: tensor for name, tensor in net.items() if not name.endswith(names)}

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("GAP.3.weight"), r"universal:unet: the file has no image\.3\.weight of its head"),
        (without("organ_embedding"), "has no organ_embedding"),
        (without("up_tr64.ops.1.conv1.bias"), "does not fill its backbone: net.up_tr64.ops.1.conv1.bias"),
        (lambda net: net | {"module.controller.bias": torch.zeros(152)}, r"controller\.bias of its head is \(152,\) in the file"),
        (lambda net: net | {"module.controller.bias": torch.full((153,), torch.nan)}, "holds NaN"),
        (lambda net: net | {"module.organ_embedding": torch.zeros(7, 512)}, "has 7 classes"),
    ],
)
def test_what_does_not_fit_is_named(saved, change, said):
    content = universal_file(outline("unet", 1))
    path = saved("universal:unet", content | {"net": change(content["net"])})
    with pytest.raises(InputError, match=said):
        published_model("universal:unet", path)


def test_what_a_published_file_cannot_answer_is_refused(saved, tmp_path):
    path = saved("suprem:unet", universal_file(outline("unet", 1)))
    with pytest.raises(InputError, match=r"suprem:unet: knows no 'livre': did you mean 'liver'"):
        published_model("suprem:unet", path, ["livre"])
    with pytest.raises(InputError, match="was trained without labels"):
        published_model("models_genesis:unet", tmp_path / "none")
    with pytest.raises(InputError, match="read its licence first"):
        model_of("suprem:unet")
