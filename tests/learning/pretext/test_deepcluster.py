"""DeepCluster: the clustering, the sample that is uniform over clusters, the layer that starts anew."""

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext import pretext
from atlas_lab.learning.pretext._clusters import k_means, uniform_order, whitened
from tests.learning.pretext.stand_in import backbone, generator, patches


def test_whitened_features_have_length_1_and_no_correlation():
    raw = torch.randn(500, 12, generator=generator()) @ torch.randn(12, 12, generator=generator(1)) + 5
    white = whitened(raw, 6)
    assert white.shape == (500, 6)
    assert torch.allclose(white.norm(dim=1), torch.ones(500), atol=1e-5)
    covariance = white.T @ white / 500
    assert torch.allclose(covariance, torch.eye(6) / 6, atol=0.03)


def test_directions_in_which_nothing_varies_are_left_out():
    raw = torch.randn(50, 3, generator=generator())
    assert whitened(torch.cat([raw, raw, torch.ones(50, 4)], 1), 256).shape == (50, 3)


def test_k_means_finds_clouds():
    middles = torch.tensor([[0.0, 0], [10, 0], [0, 10]])
    truth = torch.arange(3).repeat_interleave(torch.tensor([5, 50, 20]))
    points = middles[truth] + 0.1 * torch.randn(75, 2, generator=generator())
    found = [k_means(points, 3, generator(seed)) for seed in range(5)]
    pure = [all(len(labels[truth == cloud].unique()) == 1 for cloud in range(3)) for labels in found]
    assert any(pure)  # Lloyd's rounds may end in a local optimum, but not from every start


@pytest.mark.parametrize("points", [torch.zeros(20, 2), torch.arange(20.0)[:, None], torch.eye(20)])
def test_no_cluster_is_empty(points):
    for seed in range(10):
        assert k_means(points, 7, generator(seed)).bincount(minlength=7).min() >= 1


def test_every_cluster_is_drawn_as_often_as_any_other():
    labels = torch.tensor([0] * 2 + [1] * 90 + [2] * 28)
    order = uniform_order(labels, 3, generator())
    assert labels[order].bincount().tolist() == [40, 40, 40]
    assert order[labels[order] == 0].bincount(minlength=2).tolist()[:2] == [20, 20]  # the small one comes again, in turn
    assert len(order[labels[order] == 1].unique()) == 40  # of the large one nothing comes twice
    assert not torch.equal(order, uniform_order(labels, 3, generator(1)))


def test_an_epoch_begins_with_new_clusters_a_new_layer_and_a_new_order():
    task = pretext("deepcluster", clusters=4, crops=20)
    network = task.network(backbone()).train()
    crops = patches(20, side=16)
    anew = task.before_epoch(network, crops.split(6), generator())
    assert [parameter is mine for parameter, mine in zip(anew, network.head.parameters(), strict=True)] == [True, True]
    assert network.training
    first = network.head.weight.detach().clone()
    assert first.std() == pytest.approx(0.01, rel=0.5)
    assert network.head.bias.abs().max() == 0
    labels, order = task.answers(network, torch.arange(20)), task.order(network)
    assert labels.unique().tolist() == [0, 1, 2, 3]
    assert task.answers(network, order).bincount().tolist() == [5, 5, 5, 5]
    task.before_epoch(network, crops.split(6), generator(1))
    assert not torch.equal(network.head.weight, first)
    again = task.network(backbone())
    task.before_epoch(again, crops.split(6), generator())
    assert torch.equal(again.head.weight, first)
    assert torch.equal(again.labels, labels)


def test_the_clusters_follow_what_the_encoder_sees():
    crops = torch.cat([patches(10, side=16) * 0.1, patches(10, side=16, seed=1) * 0.1 + 0.9])
    task = pretext("deepcluster", clusters=2, crops=20, components=1)
    network = task.network(backbone())
    task.before_epoch(network, crops.split(5), generator())
    assert len(network.labels[:10].unique()) == len(network.labels[10:].unique()) == 1
    assert network.labels[0] != network.labels[-1]


def test_another_number_of_crops_is_refused():
    task = pretext("deepcluster", clusters=2, crops=20)
    with pytest.raises(InputError, match="got 5 crops, but the task has crops=20"):
        task.before_epoch(task.network(backbone()), [patches(5, side=8)], generator())


def test_the_input_is_the_crop_mirrored_along_some_axes():
    images = patches(40, side=8)
    inputs, targets = pretext("deepcluster").make(images, generator())
    assert targets is None
    mirrored = [images.flip(axes) for axes in ([], [2], [3], [4], [2, 3], [2, 4], [3, 4], [2, 3, 4])]
    hits = torch.stack([(inputs == image).flatten(1).all(1) for image in mirrored])
    assert hits.any(0).all()
    assert hits.any(1).sum() >= 6
