"""Names, sizes and published parameter counts."""

import importlib.util

import pytest
import torch

from atlas_lab.errors import InputError, MissingExtra
from atlas_lab.learning.backbones import BACKBONES, backbone, backbones, outline

HAS_RESENC = importlib.util.find_spec("dynamic_network_architectures") is not None
PUBLISHED = {  # millions of parameters, with the classes they were counted with
    ("unet", "published"): (19.08, 25),
    ("nnunet", "published"): (31.19, 2),
    ("unet++", "published"): (6.98, 2),
    ("swin_unetr", "published"): (62.19, 14),
    ("segresnet", "published"): (4.70, 2),
    ("mednext", "S"): (5.55, 14),
    ("mednext", "B"): (10.51, 14),
    ("mednext", "M"): (17.53, 14),
    ("mednext", "L"): (61.73, 14),
}


@pytest.mark.parametrize(("name", "size"), PUBLISHED)
def test_published_sizes_have_the_published_number_of_parameters(name, size):
    millions, classes = PUBLISHED[name, size]
    assert outline(name, classes, size).parameter_count / 1e6 == pytest.approx(millions, abs=0.0051)


def test_unetr_has_its_published_parameters_but_those_that_nothing_passes_through():
    unused = 12 * 2 * 768  # the layer norms of a cross-attention that UNETR has not
    assert (outline("unetr", 14).parameter_count + unused) / 1e6 == pytest.approx(92.80, abs=0.0051)


@pytest.mark.skipif(not HAS_RESENC, reason="needs dynamic-network-architectures")
def test_resenc_l_has_its_published_parameters_but_the_heads_of_deep_supervision():
    heads = sum((features + 1) * 14 for features in (320, 256, 128, 64))
    assert (outline("nnunet_resenc", 14).parameter_count + heads) / 1e6 == pytest.approx(102.36, abs=0.0051)


@pytest.mark.skipif(HAS_RESENC, reason="dynamic-network-architectures is installed")
def test_without_its_package_resenc_names_the_extra():
    with pytest.raises(MissingExtra, match=r"atlas-lab\[nnunet\]"):
        backbone("nnunet_resenc")


def test_tiny_ones_suit_a_cpu():
    for name in set(BACKBONES) - (set() if HAS_RESENC else {"nnunet_resenc"}):
        most = {"swin_unetr": 4.0, "unimiss": 15.0}.get(name, 1.5)  # MONAI's narrowest; the publishers' own tiny one
        assert 0.3 <= outline(name, size="tiny").parameter_count / 1e6 <= most, name


def test_the_table_has_every_backbone_and_size():
    table = backbones()
    assert set(zip(table.backbone, table["size"], strict=True)) == {(n, s) for n, e in BACKBONES.items() for s in e.sizes}
    counted = table[table.backbone != "nnunet_resenc"]
    assert counted[["parameters_m", "divisor"]].notna().all().all()
    assert table[["paper", "year", "licence"]].notna().all().all()


def test_an_outline_has_shapes_and_no_numbers():
    drawn = outline("swin_unetr", size="tiny")
    assert all(parameter.is_meta for parameter in drawn.parameters())
    real = backbone("swin_unetr", size="tiny")
    assert {k: v.shape for k, v in drawn.state_dict().items()} == {k: v.shape for k, v in real.state_dict().items()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("segresnett",), "unknown backbone 'segresnett': did you mean 'segresnet'"),
        (("unet", 25, "huge"), "unknown size 'huge'; it comes as tiny, published"),
        (("unet", 0, "tiny"), "classes=0; give a whole number, 1 or more"),
        (("unet", 2, "tiny", 1.5), "channels=1.5"),
    ],
)
def test_wrong_asks_are_told_in_one_line(arguments, said):
    with pytest.raises(InputError, match=said):
        backbone(*arguments)


def test_options_of_another_network_are_refused():
    with pytest.raises(InputError, match="backbone unet: has no option architecture"):
        backbone("unet", size="tiny", architecture="codes.npz")


def test_a_bottleneck_of_one_voxel_is_refused_where_it_cannot_be_normalised():
    with pytest.raises(InputError, match=r"one voxel; make the patch larger than \(16, 16, 16\)"):
        backbone("unet++", 2, "tiny")(torch.zeros(1, 1, 16, 16, 16))
