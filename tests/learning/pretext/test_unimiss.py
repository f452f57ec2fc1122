"""UniMiSS: views and their slices, a student, a teacher that follows, a centre that keeps the teacher honest."""

import math

import pytest
import torch
from torch import distributed
from torch.nn import functional

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext import _views as views
from atlas_lab.learning.pretext import pretext, unimiss
from tests.learning.pretext.stand_in import backbone, generator, patches

TASK = pretext("unimiss", outputs=16)


def test_there_are_two_views_and_slices_of_each():
    inputs, targets = TASK.make(patches(3), generator())
    assert targets is None
    assert inputs["volumes"].shape == (2, 3, 1, 32, 32, 32)
    assert inputs["slices"].shape == (2, 3, 2, 1, 32, 32)
    assert not torch.equal(inputs["volumes"][0], inputs["volumes"][1])


def test_slices_are_those_of_their_own_view(monkeypatch):
    monkeypatch.setattr(unimiss, "regreyed", lambda slices, _: slices)
    inputs, _ = TASK.make(patches(3), generator())
    for view in range(2):
        for sample in range(3):
            volume = inputs["volumes"][view, sample, 0]
            for one in inputs["slices"][view, sample, :, 0]:
                assert (volume.permute(2, 0, 1) == one).flatten(1).all(1).any()


def test_more_slices_than_there_are_is_refused():
    with pytest.raises(InputError, match="a patch of 1 slices has no 2 to draw"):
        TASK.make(torch.zeros(1, 1, 8, 8, 1), generator())


def test_a_view_shows_at_least_six_tenths_of_the_side(monkeypatch):
    monkeypatch.setattr(views, "regreyed", lambda images, _: images)
    ramp = torch.linspace(0, 1, 40).view(1, 1, 40, 1, 1).expand(100, 1, 40, 40, 40)
    seen = views.random_view(ramp, generator())[:, 0, :, 20, 20]
    span = (seen[:, -1] - seen[:, 0]).abs()
    assert 0.57 < span.min() < 0.7
    assert 0.9 < span.max() <= 1
    assert 0.3 < (seen[:, -1] > seen[:, 0]).float().mean() < 0.7  # mirrored or not


def test_blur_keeps_the_mean_and_is_a_gaussian():
    point = torch.zeros(2, 1, 21, 21, 21)
    point[:, :, 10, 10, 10] = 1
    blurred = views._blurred(point, torch.tensor([[0.1], [1.5]]))
    assert torch.allclose(blurred[0], point[0], atol=1e-6)
    assert blurred[1].sum() == pytest.approx(1, abs=1e-5)
    assert blurred[1, 0, 13, 10, 10] / blurred[1, 0, 10, 10, 10] == pytest.approx(math.exp(-2), rel=1e-3)


def test_the_teacher_follows_the_student_by_four_thousandths():
    network = TASK.network(backbone())
    before = [p.clone() for p in network.teacher.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, network.student.parameters(), strict=True))
    assert not any(p.requires_grad for p in network.teacher.parameters())
    with torch.no_grad():
        for parameter in network.student.parameters():
            parameter += 1
    TASK.after_step(network, 0)
    TASK.after_step(network, 1)
    for old, now in zip(before, network.teacher.parameters(), strict=True):
        assert torch.allclose(now - old, torch.tensor(1 - 0.996**2), atol=1e-5)


def test_the_centre_is_a_running_mean_of_what_the_teacher_says_in_training():
    network = TASK.network(backbone())
    inputs, _ = TASK.make(patches(3), generator())
    told = network.teacher(inputs["volumes"].flatten(0, 1))
    answers = network(inputs)["teacher"]
    assert torch.allclose(answers, functional.softmax(told / 0.04, -1).view(2, 3, 16), atol=1e-5)  # the centre was 0
    assert torch.allclose(network.centre, 0.1 * told.mean(0), atol=1e-6)
    centre = network.centre.clone()
    answers = network.eval()(inputs)["teacher"]
    assert torch.equal(network.centre, centre)
    assert torch.allclose(answers, functional.softmax((told - centre) / 0.04, -1).view(2, 3, 16), atol=1e-5)


def test_the_centre_is_the_mean_over_all_processes():
    distributed.init_process_group("gloo", rank=0, world_size=1, store=distributed.HashStore())
    try:
        shared = TASK.network(backbone())
        inputs, _ = TASK.make(patches(2), generator())
        shared(inputs)
    finally:
        distributed.destroy_process_group()
    alone = TASK.network(backbone())
    alone.load_state_dict({**shared.state_dict(), "centre": torch.zeros(16)})
    alone(inputs)
    assert torch.allclose(alone.centre, shared.centre)


def test_the_loss_pairs_every_teacher_with_all_that_is_not_the_same_volume():
    teacher = torch.eye(4)[[0, 1]].view(2, 1, 4)
    sure = 100 * torch.eye(4)
    # the student says of volume A what the teacher says of B and the reverse; of slices A what it says of A, of B of B
    student = sure[[1, 0, 0, 1]].view(4, 1, 4)
    crossed = float(TASK.loss({"student": student, "teacher": teacher}))
    assert crossed == pytest.approx(1000 * 2 / 6)  # each set of slices misses the other volume's answer
    alike = torch.eye(4)[[0, 0]].view(2, 1, 4)
    assert TASK.loss({"student": sure[[0, 0, 0, 0]].view(4, 1, 4), "teacher": alike}) < 1e-6


def test_the_teachers_own_distribution_is_the_cheapest_answer():
    teacher = functional.softmax(torch.randn(1, 3, 16, generator=generator()), -1).expand(2, -1, -1)
    same = 0.1 * teacher[:1].log().expand(4, -1, -1)
    entropy = -(teacher * teacher.log()).sum(-1).mean()
    assert TASK.loss({"student": same, "teacher": teacher}) == pytest.approx(float(entropy), abs=1e-5)
    other = same + 0.05 * torch.randn(4, 3, 16, generator=generator(1))
    assert TASK.loss({"student": other, "teacher": teacher}) > entropy


def test_a_slice_is_a_thin_volume_in_which_nothing_varies_along_z():
    network = TASK.network(backbone())
    slices = torch.rand(2, 1, 1, 16, 16, generator=generator())
    thin = slices[:, 0, :, :, :, None].expand(-1, -1, -1, -1, 4)
    features = network.student.backbone.features(thin).bottleneck.flatten(2).mean(2)
    assert torch.allclose(network.student.of_slices(slices), network.student.answer(features), atol=1e-6)
    twice = slices.expand(-1, 3, -1, -1, -1)
    assert torch.allclose(network.student.of_slices(twice), network.student.of_slices(slices), atol=1e-6)
