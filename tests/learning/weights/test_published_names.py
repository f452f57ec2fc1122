"""Files as published, by their keys and shapes, find every place in the backbone that they belong to."""

import pytest
from monai.networks.nets.swin_unetr import filter_swinunetr

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import outline
from atlas_lab.learning.weights.match import match
from atlas_lab.learning.weights.naming import plain_names
from atlas_lab.learning.weights.sources import SOURCES, named
from tests.learning.weights import files

FORMS = {
    "suprem:unet": ("net", files.suprem),
    "suprem:swin_unetr": ("net", files.suprem),
    "suprem:segresnet": ("net", files.suprem_segresnet),
    "models_genesis:unet": ("state_dict", files.models_genesis),
    "nvidia:swin_unetr_5050": ("state_dict", files.nvidia_5050),
    "nvidia:swin_unetr_50000": ("model", files.nvidia_50000),
    "universal:unet": ("net", files.suprem),
    "universal:swin_unetr": ("net", files.suprem),
}


def test_every_published_file_has_a_form_here_or_is_refused():
    assert set(FORMS) == {name for name, source in SOURCES.items() if not source.refused}


@pytest.mark.parametrize("name", FORMS)
def test_everything_but_the_output_layer_is_found(name):
    part, form = FORMS[name]
    backbone = outline(SOURCES[name].backbone)
    state = plain_names(form(backbone)[part], name)
    found = match(state, backbone)
    assert found.share == 1
    assert (found.missing, found.mismatched) == ((), ())
    assert set(found.skipped) >= set(files.OUTPUT_LAYERS[backbone.name])
    for ours in found.fits:  # each tensor came from the place of the same name
        assert state[ours].shape == backbone.net.state_dict()[ours].shape
    expected = files.plain(backbone)
    assert all(state[ours].flatten()[0] == expected[ours].flatten()[0] for ours in found.fits)


def test_the_counts_of_tensors_are_the_known_ones():
    assert len(match(files.plain(outline("swin_unetr")), outline("swin_unetr")).fits) == 157
    assert len(match(files.plain(outline("segresnet")), outline("segresnet")).fits) == 83 - 2


def test_the_text_branch_is_no_part_of_the_backbone():
    backbone = outline("unet")
    found = match(plain_names(files.suprem(backbone)["net"], "file"), backbone)
    assert set(found.skipped) == set(files.TEXT_BRANCH) | set(files.OUTPUT_LAYERS["unet"])


def test_the_50000_files_encoder_is_renamed_as_monai_renames_it():
    backbone = outline("swin_unetr")
    original = files.nvidia_50000(backbone)["model"]
    ours = plain_names(original, "file")
    by_name = {id(tensor): name for name, tensor in ours.items()}
    renamed = {key: filter_swinunetr(key, tensor) for key, tensor in original.items() if key.startswith("encoder.")}
    assert sum(answer is not None for answer in renamed.values()) > 100
    for key, answer in renamed.items():
        if answer is not None:
            assert by_name[id(original[key])] == answer[0], key


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        ("module.backbone.down_tr64.ops.0.conv1.weight", "down_tr64.ops.0.conv1.weight"),
        ("_orig_mod.module.net.convInit.conv.weight", "convInit.conv.weight"),
        ("model", "model"),
        ("module.GAP.0.weight", "GAP.0.weight"),
        ("swinViT.layers1.0.blocks.0.mlp.fc1.weight", "swinViT.layers1.0.blocks.0.mlp.linear1.weight"),
        ("encoder.stages.0.conv.weight", "encoder.stages.0.conv.weight"),  # nnU-Net's encoder is another
        ("down_tr64.backbone.weight", "down_tr64.backbone.weight"),  # only in front
    ],
)
def test_wrappers_go_and_nothing_else(published, plain):
    assert list(plain_names({published: files.filled((1,), 1)}, "file")) == [plain]


def test_two_models_in_one_state_are_refused():
    state = {"module.out.weight": files.filled((1,), 1), "backbone.out.weight": files.filled((1,), 2)}
    with pytest.raises(InputError, match=r"file: holds two tensors called out\.weight"):
        plain_names(state, "file")


def test_unimiss_is_refused_by_name_until_its_mapping_is_known():
    with pytest.raises(InputError, match="unimiss:tiny: cannot be loaded"):
        named("unimiss:tiny")


def test_a_misspelt_name_is_told_from_a_file():
    with pytest.raises(InputError, match="unknown published weights 'suprem:unett': did you mean 'suprem:unet'"):
        named("suprem:unett")
    assert named("runs/x/best.ckpt") is None
    assert named("C:/weights/best.pth") is None


def test_each_source_says_what_it_started_from_and_what_it_saw():
    assert "started from Models Genesis" in SOURCES["suprem:unet"].history
    assert "NVIDIA" in SOURCES["suprem:swin_unetr"].history
    assert "started from scratch" in SOURCES["suprem:segresnet"].history
    assert all("2,100 scans" in SOURCES[f"suprem:{name}"].history for name in ("unet", "swin_unetr", "segresnet"))
    assert "unstated number" in SOURCES["universal:unet"].history
    assert all(source.started_from and source.labels and source.licences for source in SOURCES.values())
