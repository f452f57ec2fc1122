"""Pre-training with and without annotation, and what fine-tuning takes over from it."""

import pickle

import numpy as np
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning import Model, Plan, SelfSupervised, Supervised, backbone, finetune, pretext, pretrain
from atlas_lab.learning.pretext.registry import TASKS
from atlas_lab.learning.training import load
from tests.learning.patches.tiny import CLASSES, tiny_case

TINY = {"backbone": "unet", "size": "tiny", "patch": 16, "batch_size": 2, "augmentation": "upright"}
PLAN = Plan(steps=4, learning_rate=1e-3, accelerator="cpu", precision="32-true", checkpoint_every=2, log_every=1)
SMALL = {"deepcluster": {"crops": 7, "clusters": 3}, "unimiss": {"outputs": 16, "slices": 1}}


@pytest.fixture(scope="module")
def patients():
    return [tiny_case(f"P{n}", seed=n) for n in range(4)]


def pretrained(patients, folder, task, plan=PLAN, **changed):
    options = TINY | changed
    if task != "supervised":
        options.pop("augmentation")
        task = pretext(task, **SMALL.get(task, {}))
    return pretrain(patients, task, folder=folder, plan=plan, spacing_mm=1.5, **options)


def weights(run):
    return load(run.folder / "last.ckpt")["network"]


@pytest.mark.parametrize("task", TASKS)
def test_each_task_trains_its_backbone_and_fine_tuning_takes_it_over(patients, tmp_path, task):
    run = pretrained(patients, tmp_path / "before", task)
    untouched = backbone("unet", 1, "tiny", seed=0)
    state = {
        name.rpartition("net.")[2]: tensor for name, tensor in weights(run).items() if "net." in name and "teacher" not in name
    }
    first = "down_tr64.ops.0.conv1.weight"
    assert not torch.equal(state[first], untouched.net.state_dict()[first])
    tuned = finetune(
        patients, run, classes=["liver"], folder=tmp_path / "after", plan=Plan(steps=1, learning_rate=1e-12, precision="32-true"),
        train_part="head",
    )  # fmt: skip
    taken = weights(tuned)
    assert torch.equal(taken[f"net.{first}"], state[first])
    decoder = "up_tr64.ops.1.conv1.weight"
    same = torch.equal(taken[f"net.{decoder}"], state[decoder])
    assert same == (TASKS[task].trains == "backbone" or torch.equal(state[decoder], untouched.net.state_dict()[decoder]))
    about = load(tuned.checkpoint)["about"]["start"]
    assert (about["kind"], about["task"], about["trained"]) == ("self-supervised", task, "head")


@pytest.mark.parametrize("task", ["models_genesis", "deepcluster", "unimiss", "supervised"])
def test_a_pre_training_that_stopped_goes_on_bit_by_bit(patients, tmp_path, monkeypatch, task):
    plan = Plan(**PLAN.as_dict() | {"steps": 6})
    whole = pretrained(patients, tmp_path / "whole", task, plan)
    kind = Supervised if task == "supervised" else SelfSupervised
    after_step = kind.after_step

    def until_four(self, network, step):
        after_step(self, network, step)
        if step == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(kind, "after_step", until_four)
        with pytest.raises(KeyboardInterrupt):
            pretrained(patients, tmp_path / "parts", task, plan)
    assert load(tmp_path / "parts" / "last.ckpt")["step"] == 4
    again = pretrained(patients, tmp_path / "parts", task, plan)
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(again)[name]), name


def test_deepcluster_starts_its_last_layer_anew_before_each_epoch(patients, tmp_path):
    run = pretrained(patients, tmp_path, "deepcluster", Plan(**PLAN.as_dict() | {"steps": 3, "checkpoint_every": 3}))
    one_epoch = load(run.folder / "last.ckpt")
    more = pretrained(patients, tmp_path, "deepcluster", Plan(**PLAN.as_dict() | {"steps": 4}))
    after = load(more.folder / "last.ckpt")
    moved = (after["network"]["head.weight"] - one_epoch["network"]["head.weight"]).abs().max()
    assert moved > 10 * PLAN.learning_rate  # three steps of 1e-3 cannot do that


def test_supervised_pre_training_takes_every_annotated_structure_and_opens_as_a_model(patients, tmp_path):
    run = pretrained(patients, tmp_path, "supervised", cases=["P0", "P1"], validation=["P3"])
    model = Model.open(run.folder)
    assert set(model.classes) == set(CLASSES)
    assert load(run.checkpoint)["about"]["cases"] == ["P0", "P1"]
    assert "dsc liver" in run.validation


@pytest.mark.parametrize(("part", "frozen"), [("full", ()), ("decoder", ("encoder",)), ("head", ("encoder", "decoder"))])
def test_what_is_frozen_keeps_its_weights_and_its_statistics(patients, tmp_path, part, frozen):
    before = pretrained(patients, tmp_path / "before", "supervised")
    plan = Plan(steps=3, learning_rate=1e-2, accelerator="cpu", precision="32-true")
    tuned = finetune(patients, before.folder, classes=["spleen"], folder=tmp_path / "after", plan=plan, train_part=part)
    theirs, mine = weights(before), weights(tuned)
    encoder = ("net.down_tr64", "net.down_tr128", "net.down_tr256", "net.down_tr512")
    for name, tensor in mine.items():
        if name.startswith("head"):
            continue
        of = "encoder" if name.startswith(encoder) else "decoder"
        if of in frozen:
            assert torch.equal(tensor, theirs[name]), name
        elif name.endswith("conv1.weight"):
            assert not torch.equal(tensor, theirs[name]), name


def test_two_starts_with_one_seed_draw_the_same_patches_and_head(patients, tmp_path):
    plan = Plan(**PLAN.as_dict() | {"seed": 5})
    common = {k: v for k, v in TINY.items() if k != "patch"} | {"spacing_mm": 1.5, "patch": 16}
    runs = [finetune(patients, "scratch", classes=["liver"], folder=tmp_path / name, plan=plan, **common) for name in "ab"]
    for name, tensor in weights(runs[0]).items():
        assert torch.equal(tensor, weights(runs[1])[name])


def test_a_checkpoint_of_another_backbone_is_named_as_such(patients, tmp_path):
    run = pretrained(patients, tmp_path / "a", "denoising")
    with pytest.raises(
        InputError, match=r"holds a unet of size tiny, not a segresnet of size tiny; fine-tune with backbone='unet'"
    ):
        finetune(patients, run, classes=["liver"], folder=tmp_path / "b", backbone="segresnet", size="tiny")


def test_a_start_that_is_a_pickle_bomb_is_refused(patients, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    (tmp_path / "bomb.ckpt").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match=r"bomb.ckpt"):
        finetune(patients, tmp_path / "bomb.ckpt", classes=["liver"], folder=tmp_path / "b")
    assert not (tmp_path / "ran").exists()


def test_what_cannot_be_asked_is_refused_in_a_line(patients, tmp_path):
    def tune(**options):
        finetune(patients, **{"classes": ["liver"], "folder": tmp_path, **TINY, **options})

    for options, said in (
        ({"init_from": "suprem:unett"}, "suprem:unet"),
        ({"init_from": str(tmp_path / "nowhere")}, "no such training or file"),
        ({"classes": []}, "at least one structure"),
        ({"classes": ["livr"]}, "no case is annotated for 'livr'.*missing in P0, P1, P2, P3"),
        ({"cases": ["P9"]}, "cases: there is no case 'P9'"),
        ({"validation": ["P9"]}, "validation: there is no case 'P9'"),
        ({"train_part": "some"}, "train_part='some': choose one of full, decoder, head"),
        ({"classes": "liver"}, r"classes='liver': give a list, such as \['liver'\]"),
        ({"cases": "P0"}, "cases='P0': give a list"),
        ({"plan": {"steps": 3}}, "plan=.*give a Plan"),
        ({"spacing_mm": "6"}, "spacing_mm='6': give a number of mm"),
    ):
        with pytest.raises(InputError, match=said):
            tune(**options)
    with pytest.raises(InputError, match="models_genesis"):
        pretrain(patients, "model_genesis", folder=tmp_path)
    with pytest.raises(InputError, match=r"'runs' is a path; open it first: al.Atlas.open\('runs'\)"):
        pretrain("runs", folder=tmp_path)
    with pytest.raises(InputError, match="asks images alone"):
        pretrain(patients, "jigsaw", folder=tmp_path, classes=["liver"])


def test_a_folder_that_holds_another_training_says_what_of_it_is_other(patients, tmp_path):
    pretrained(patients, tmp_path / "runs" / "genesis", "models_genesis")
    with pytest.raises(
        InputError,
        match=r"holds a training of something else \(kind: 'self-supervised', now 'supervised'; task: .*another folder",
    ):
        pretrained(patients, tmp_path / "runs" / "genesis", "supervised")
    with pytest.raises(InputError, match=r"runs: holds no training; those in it are genesis"):
        finetune(patients, tmp_path / "runs", classes=["liver"], folder=tmp_path / "new")


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        (lambda *_: None, "returns NoneType; it must return the HU"),
        (lambda *_: 1 / 0, "raised ZeroDivisionError: division by zero.*case P"),
    ],
)
def test_a_transform_that_fails_is_named_with_its_case(patients, tmp_path, transform, said):
    with pytest.raises(InputError, match=said):
        pretrained(patients, tmp_path, "supervised", transforms=[transform])


def test_a_case_without_the_asked_class_teaches_nothing_of_it(tmp_path):
    partly = [tiny_case("P0", seed=0), tiny_case("P1", seed=1, without=("spleen",))]
    run = pretrain(partly, folder=tmp_path, plan=PLAN, classes=["liver", "spleen"], spacing_mm=1.5, **TINY)
    assert np.isfinite(run.seconds)
    assert load(run.checkpoint)["about"]["classes"] == ["liver", "spleen"]
