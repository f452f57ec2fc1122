"""The text-driven head gives what the published form gives, without its memory."""

import torch
from torch.nn import functional

from atlas_lab import anatomy
from atlas_lab.learning.backbones import Features, backbone
from atlas_lab.learning.heads import TEMPLATE, TextDriven, Universal, dynamic

CLASSES, BOTTLENECK, FULL = 5, 32, 16


def embeddings(classes=CLASSES):
    return torch.randn(classes, 512, generator=torch.Generator().manual_seed(1))


def features(batch=2, size=7):
    generator = torch.Generator().manual_seed(2)
    return Features(
        torch.randn(batch, BOTTLENECK, 2, 3, 2, generator=generator), torch.randn(batch, FULL, size, 6, 5, generator=generator)
    )


def grouped(voxels, parameters):
    """As it was published: the voxels once for each class, three grouped convolutions with 8, 8 and 1 outputs a class."""
    answers = []
    for one, of_classes in zip(voxels, parameters, strict=True):
        classes = len(of_classes)
        x = one.repeat(classes, 1, 1, 1)[None]
        w1, w2, w3, b1, b2, b3 = of_classes.split([64, 64, 8, 8, 8, 1], dim=1)
        for weight, bias, outputs in ((w1, b1, 8), (w2, b2, 8), (w3, b3, 1)):
            kernel = weight.reshape(classes * outputs, 8, 1, 1, 1)
            x = functional.conv3d(x, kernel, bias.reshape(-1), groups=classes)
            x = x.relu() if outputs == 8 else x
        answers.append(x[0])
    return torch.stack(answers)


def test_products_of_matrices_in_chunks_are_the_grouped_convolutions():
    generator = torch.Generator().manual_seed(0)
    voxels = torch.randn(2, 8, 30, 17, 19, generator=generator)  # more than two chunks
    parameters = torch.randn(2, CLASSES, dynamic.PARAMETERS, generator=generator)
    torch.testing.assert_close(dynamic.apply(voxels, parameters), grouped(voxels, parameters), atol=1e-4, rtol=1e-4)


def test_hidden_values_of_all_classes_never_exist_for_all_voxels():
    voxels, parameters = torch.randn(1, 8, 40, 40, 40), torch.randn(1, 32, dynamic.PARAMETERS)
    with torch.profiler.profile(profile_memory=True) as profile, torch.no_grad():
        dynamic.apply(voxels, parameters)
    most = max(event.self_cpu_memory_usage for event in profile.events())
    assert most <= 32 * 40**3 * 4, "the logits themselves"


def test_each_class_has_a_network_of_its_own():
    head = TextDriven(BOTTLENECK, FULL, embeddings()).eval()
    chosen = TextDriven(BOTTLENECK, FULL, embeddings()[[3, 1]]).eval()
    chosen.load_state_dict({**head.state_dict(), "embeddings": chosen.embeddings})
    given = features()
    with torch.no_grad():
        torch.testing.assert_close(chosen(given), head(given)[:, [3, 1]])


def test_a_sample_does_not_depend_on_the_others():
    head, given = TextDriven(BOTTLENECK, FULL, embeddings()).eval(), features()
    alone = Features(given.bottleneck[:1], given.full[:1])
    with torch.no_grad():
        torch.testing.assert_close(head(given)[:1], head(alone))


def test_texts_are_kept_and_all_else_learns():
    universal = Universal(backbone("unet", 1, "tiny"), embeddings())
    universal(torch.rand(1, 1, 16, 16, 16)).sum().backward()
    without = {name for name, parameter in universal.named_parameters() if parameter.grad is None}
    assert without == {"backbone.head.weight", "backbone.head.bias"}
    assert "head.embeddings" in universal.state_dict()
    assert universal(torch.rand(1, 1, 16, 16, 16)).shape == (1, CLASSES, 16, 16, 16)


def test_every_class_of_the_template_has_an_atlas_name():
    assert len(set(TEMPLATE)) == 32
    assert {anatomy.structure(name).name for name in TEMPLATE} == set(anatomy.BY_NAME)
    assert [TEMPLATE[n - 1] for n in (6, 9, 11, 17, 32)] == ["liver", "postcava", "pancreas", "lung_left", "kidney_cyst"]
