"""What holds for all ten: they differ, a generator decides everything, the right answer costs least, encoders learn."""

import dataclasses
import itertools
from collections.abc import Iterator

import pytest
import torch

from atlas_lab.errors import InputError, ParameterError
from atlas_lab.learning.backbones import backbone as registered
from atlas_lab.learning.pretext import TASKS, Task, pretext
from tests.learning.pretext.stand_in import backbone, generator, patches

NAMES = (
    "denoising", "positioning", "inpainting", "jigsaw", "deepcluster",
    "restoration", "models_genesis", "rubik", "swin_unetr", "unimiss",
)  # fmt: skip
SMALL = {"deepcluster": {"clusters": 3, "crops": 6}, "unimiss": {"outputs": 16}}


def task_of(name: str) -> Task:
    return pretext(name, **SMALL.get(name, {}))


def tensors(value) -> Iterator[torch.Tensor]:
    if isinstance(value, dict | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors(part)
    elif value is not None:
        yield value


def equal(one, other) -> bool:
    pairs = list(itertools.zip_longest(tensors(one), tensors(other)))
    return all(a is not None and b is not None and a.shape == b.shape and torch.equal(a, b) for a, b in pairs)


def one_step(task: Task, network: torch.nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The loss, as a trainer gets it."""
    inputs, targets = task.make(images, generator(1))
    if task.crops is not None:
        targets = task.answers(network, task.order(network)[: len(images)])
    return task.loss(network(inputs), targets)


def ready(task: Task, body) -> torch.nn.Module:
    network = task.network(body)
    if task.crops is not None:
        task.before_epoch(network, patches(task.crops, side=16).split(2), generator())
    return network


def test_the_ten_tasks_of_the_talk_are_there():
    assert tuple(TASKS) == NAMES
    assert all(pretext(name).name == name and pretext(name).source and pretext(name).question for name in NAMES)


def test_no_two_tasks_put_the_same_question():
    images = patches()
    made = {name: task_of(name).make(images, generator()) for name in NAMES}
    for one, other in itertools.combinations(NAMES, 2):
        assert not equal(made[one][0], made[other][0]), f"{one} and {other} give the network the same"


@pytest.mark.parametrize("name", NAMES)
def test_a_generator_decides_everything_and_images_stay_as_they_are(name):
    images, task = patches(), task_of(name)
    before = images.clone()
    first, again, other = (task.make(images, generator(seed)) for seed in (5, 5, 6))
    assert equal(first, again)
    assert not equal(first[0], other[0])
    assert torch.equal(images, before)


@pytest.mark.parametrize("name", NAMES)
def test_the_encoder_learns_from_the_loss(name):
    task = task_of(name)
    network = ready(task, backbone())
    loss = one_step(task, network, patches(side=16))
    loss.backward()
    assert loss.shape == ()
    assert loss.dtype == torch.float32
    assert loss.isfinite()
    assert network.backbone.encoder[0].weight.grad.abs().sum() > 0


@pytest.mark.parametrize("name", ["denoising", "inpainting", "restoration", "models_genesis"])
def test_the_image_itself_is_the_perfect_restoration(name):
    task = task_of(name)
    inputs, targets = task.make(patches(), generator())
    assert inputs.shape == targets.shape
    assert task.loss(targets, targets) == 0
    assert task.loss(inputs, targets) > 0.001
    assert task.loss(targets + 0.5, targets) == pytest.approx(0.25)


@pytest.mark.parametrize(("name", "choices"), [("positioning", 26), ("jigsaw", 100), ("deepcluster", 3)])
def test_the_right_choice_costs_nothing_and_no_idea_costs_the_logarithm(name, choices):
    task, targets = task_of(name), torch.tensor([0, choices - 1])
    assert task.loss(100 * torch.nn.functional.one_hot(targets, choices), targets) < 1e-6
    assert task.loss(torch.zeros(2, choices), targets) == pytest.approx(torch.tensor(float(choices)).log())


@pytest.mark.parametrize("name", NAMES)
def test_training_makes_the_loss_smaller(name):
    task, images = task_of(name), patches(4, side=16)
    network = ready(task, backbone())
    optimiser = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for step in range(4):
        optimiser.zero_grad()
        loss = one_step(task, network, images)
        loss.backward()
        optimiser.step()
        task.after_step(network, step)
        losses.append(loss.item())
    assert min(losses[1:]) < losses[0]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_task_keeps_survives_in_the_state_dict(name):
    task = task_of(name)
    network, other = ready(task, backbone()), task.network(backbone(1))
    images = patches(side=16)
    one_step(task, network, images)
    task.after_step(network, 0)
    other.load_state_dict(network.state_dict())
    assert torch.equal(one_step(task, other, images), one_step(task, network, images))


@pytest.mark.parametrize("name", NAMES)
def test_a_backbone_of_the_registry_takes_every_task(name):
    task = task_of(name)
    network = ready(task, registered("unet", size="tiny"))
    one_step(task, network, patches(2, side=16)).backward()
    gradients = dict(network.backbone.named_parameters())
    assert all(gradients[key].grad is not None for key in network.backbone.encoder_names)


def test_only_deepcluster_keeps_its_crops():
    assert [name for name in NAMES if task_of(name).crops is not None] == ["deepcluster"]
    assert task_of("jigsaw").before_epoch(torch.nn.Identity(), [], generator()) == []
    assert task_of("jigsaw").order(torch.nn.Identity()) is None
    with pytest.raises(NotImplementedError, match="jigsaw makes its targets from the images"):
        task_of("jigsaw").answers(torch.nn.Identity(), torch.tensor([0]))


def test_an_unknown_task_or_option_is_told_the_nearest():
    with pytest.raises(InputError, match=r"no pretext task 'jigsw': did you mean 'jigsaw'\?$"):
        pretext("jigsw")
    with pytest.raises(InputError, match="there are denoising, positioning"):
        pretext("xyz")
    with pytest.raises(ParameterError, match=r"denoising has no option 'nose': did you mean 'noise'\?$"):
        pretext("denoising", nose=0.2)
    with pytest.raises(ParameterError, match="positioning has no option 'grid': its options are none"):
        pretext("positioning", grid=3)


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("denoising", "noise", -0.1), ("inpainting", "boxes", 0), ("restoration", "swaps", 0), ("jigsaw", "grid", 4),
        ("jigsaw", "orders", 1), ("rubik", "orders", 1), ("models_genesis", "flip", 1.1), ("swin_unetr", "dropped", 2),
        ("swin_unetr", "temperature", 0), ("unimiss", "slices", 0), ("unimiss", "outputs", 1), ("deepcluster", "clusters", 1),
        ("deepcluster", "components", 0), ("deepcluster", "crops", 99),
    ],
)  # fmt: skip
def test_an_option_out_of_its_range_is_named(name, option, value):
    with pytest.raises(ParameterError, match=f"{name}: {option}="):
        pretext(name, **{option: value})


def test_options_are_plain_values_for_a_manifest():
    assert dataclasses.asdict(pretext("jigsaw", grid=2)) == {"grid": 2, "orders": 100}
