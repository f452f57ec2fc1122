"""A model is trained on outlined structures, kept, opened, and predicts on the CT's own grid."""

import numpy as np
import pandas as pd
import pytest
import torch

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.learning import Model, Plan, Supervised, backbone, predict, prepare, train
from atlas_lab.learning.training.checkpoint import save

CLASSES = ["liver", "spleen"]


def patient(number, classes=CLASSES):
    """A bright liver and a dark spleen, somewhere in a body in air; voxels of 2 mm, stored as LPS."""
    rng = np.random.default_rng(number)
    hu = np.full((40, 36, 30), -1000, np.int16)
    hu[4:36, 4:32, 2:28] = rng.normal(20, 8, (32, 28, 26))
    masks = {name: np.zeros(hu.shape, bool) for name in CLASSES}
    x, y, z = rng.integers(6, 10, 3)
    masks["liver"][x : x + 10, y : y + 12, z : z + 10] = True
    masks["spleen"][x + 14 : x + 22, y : y + 10, z : z + 8] = True
    hu[masks["liver"]] += 130
    hu[masks["spleen"]] -= 130
    affine = np.diag([2.0, 2, 2, 1])
    return Case(f"p{number}", Volume(hu, affine), LabelMap({name: masks[name] for name in classes}, affine))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    cases = prepare([patient(n) for n in range(3)], CLASSES, spacing_mm=2, folder=folder / "cases", progress=False)
    held_out = prepare([patient(9)], CLASSES, spacing_mm=2, folder=folder / "cases", progress=False)
    network = backbone("unet", classes=2, size="tiny", seed=1)
    objective = Supervised(network, cases, validation=held_out, patch=32, batch_size=1, augmentation="none", balanced=True)
    plan = Plan(steps=60, learning_rate=2e-3, accelerator="cpu", precision="32-true", log_every=10, validate_every=30)
    return folder / "run", train(objective, plan, folder / "run"), objective


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.mark.slow
def test_it_learns_what_it_was_shown(trained):
    folder, run, _ = trained
    validations = pd.read_csv(folder / "validations.csv")
    assert validations["step"].tolist() == [30, 60]
    assert run.validation["dsc"] > 0.8
    assert set(run.validation) == {"dsc", "dsc liver", "dsc spleen"}


@pytest.mark.slow
def test_a_checkpoint_alone_predicts_on_a_ct_of_another_spacing_and_grid(trained):
    folder, _, _ = trained
    model = Model.open(folder)
    assert (model.classes, model.spacing, model.patch) == (("liver", "spleen"), (2, 2, 2), (32, 32, 32))
    case = patient(7)
    fine = Volume(np.repeat(case.ct.array, 2, axis=2), np.diag([2.0, 2, 1, 1]))
    found = predict(model, fine)
    assert found.shape == fine.shape
    for name in CLASSES:
        assert dice(found[name], np.repeat(case.labels[name], 2, axis=2)) > 0.7


@pytest.mark.slow
def test_the_opened_model_is_the_trained_one(trained):
    folder, _, objective = trained
    opened = Model.open(folder / "last.ckpt")
    assert opened.about == objective.model.about
    for one, other in zip(opened.network.state_dict().values(), objective.network.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_a_model_says_what_it_is_in_one_line():
    model = Model(backbone("unet", classes=2, size="tiny"), ("liver", "spleen"), (2, 2, 1.5), (-175, 250), (32, 32, 32))
    assert repr(model) == "Model(unet tiny, 2 classes, 2 x 2 x 1.5 mm, -175 to 250 HU, windows of 32 x 32 x 32)"


def test_air_alone_holds_no_structure():
    model = Model(backbone("unet", classes=2, size="tiny").eval(), ("liver", "spleen"), (2, 2, 2), (-175, 250), (32, 32, 32))
    found = predict(model, Volume(np.full((40, 40, 40), -1000, np.int16), np.diag([2.0, 2, 2, 1])))
    assert [found.status(name) for name in CLASSES] == ["absent", "absent"]


def test_what_cannot_be_trained_is_refused(tmp_path):
    cases = prepare([patient(0)], CLASSES, spacing_mm=2, folder=tmp_path, progress=False)
    with pytest.raises(InputError, match="3 outputs, the cases 2 classes"):
        Supervised(backbone("unet", classes=3, size="tiny"), cases)
    with pytest.raises(InputError, match=r"patch=30: unet takes sides that are multiples"):
        Supervised(backbone("unet", classes=2, size="tiny"), cases, patch=30)
    with pytest.raises(InputError, match="p0 are cases of the training too"):
        Supervised(backbone("unet", classes=2, size="tiny"), cases, validation=cases)


def test_a_class_that_a_case_is_not_annotated_for_is_not_validated_on(tmp_path):
    cases = prepare([patient(0)], CLASSES, spacing_mm=2, folder=tmp_path, progress=False)
    partly = prepare([patient(1), patient(2, ["liver"])], CLASSES, spacing_mm=2, folder=tmp_path, progress=False)
    objective = Supervised(backbone("unet", classes=2, size="tiny"), cases, validation=partly.select(["p2"]), patch=32)
    assert set(objective.validate(objective.network.eval())) == {"dsc", "dsc liver"}


def test_checkpoints_that_are_no_models_are_named(tmp_path):
    model = Model(backbone("unet", classes=2, size="tiny"), ("liver", "spleen"), (2, 2, 2), (-175, 250), (32, 32, 32))
    save({"network": {}, "about": {"kind": "pretext"}}, tmp_path / "a.ckpt")
    with pytest.raises(InputError, match="makes no model to predict with"):
        Model.open(tmp_path / "a.ckpt")
    save({"network": model.network.state_dict(), "about": model.about | {"classes": ["liver"]}}, tmp_path / "b.ckpt")
    with pytest.raises(InputError, match="are not those of unet of size tiny"):
        Model.open(tmp_path / "b.ckpt")


@pytest.mark.parametrize(
    ("image", "options", "said"),
    [
        ("ct.nii.gz", {}, "takes a Case or a Volume, not str"),
        (Volume(np.full((8, 8, 8), np.nan, np.float32), np.eye(4)), {}, "holds NaN"),
        (Volume(np.zeros((8, 8, 8), np.int16), np.eye(4)), {"overlap": 1}, "overlap=1"),
    ],
)
def test_what_cannot_be_predicted_on_is_refused(image, options, said):
    model = Model(backbone("unet", classes=1, size="tiny"), ("liver",), (1, 1, 1), (-175, 250), (32, 32, 32))
    with pytest.raises(InputError, match=said):
        predict(model, image, **options)
