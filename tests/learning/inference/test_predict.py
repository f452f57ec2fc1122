"""`predict` takes any name of a model, gives masks or probabilities on the CT's own grid, and holds little."""

import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.learning import Model, predict
from atlas_lab.learning.inference import SoftPredictions
from atlas_lab.learning.inference.seeing import see
from atlas_lab.learning.training.checkpoint import save
from tests.learning.inference.models import CLASSES, by_hu, patient


@pytest.fixture(scope="module")
def model():
    return by_hu()


@pytest.fixture
def folder(model, tmp_path) -> Path:
    save({"network": model.network.state_dict(), "about": model.about}, tmp_path / "best.ckpt")
    return tmp_path


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def test_what_is_there_is_found_where_it_is(model):
    case = patient()
    found = predict(model, case, progress=False)
    assert list(found) == list(CLASSES)
    for name in CLASSES:
        assert dice(found[name], case.labels[name]) > 0.9


@pytest.mark.parametrize("named", ["folder", "path", "text", "training"])
def test_a_model_may_be_named_by_its_checkpoint_its_folder_or_its_training(model, folder, named):
    path = folder / "best.ckpt"
    given = {"folder": folder, "path": path, "text": str(path), "training": SimpleNamespace(checkpoint=path)}[named]
    expected, found = predict(model, patient(), progress=False), predict(given, patient(), device="cpu", progress=False)
    assert all(np.array_equal(found[name], expected[name]) for name in CLASSES)


def test_only_the_structures_that_are_wanted_are_given(model):
    assert list(predict(model, patient(), structures=["spleen"], progress=False)) == ["spleen"]


def test_probabilities_lie_on_the_cts_grid_and_agree_with_the_masks(model):
    case = patient(spacing=2.5)
    soft = predict(model, case, soft=True, progress=False)
    masks = predict(model, case, progress=False)
    assert isinstance(soft, SoftPredictions)
    assert (soft.shape, soft.affine.tolist()) == (case.ct.shape, case.ct.affine.tolist())
    for name in CLASSES:
        assert soft[name].dtype == np.uint8
        assert soft[name][case.labels[name]].mean() > 200
        assert dice(soft.labels()[name], masks[name]) > 0.97


def test_a_mirrored_copy_sees_a_mirrored_patient(model):
    """Which of both sides an organ lies on is all that this network cannot see, so flips change nothing here."""
    plain, flipped = (predict(model, patient(), flips=flips, progress=False) for flips in (False, (0, 1, 2)))
    assert all(dice(plain[name], flipped[name]) > 0.999 for name in CLASSES)


def test_a_model_is_not_mirrored_along_x_unless_told(model, monkeypatch):
    axes = []
    flip = torch.Tensor.flip
    monkeypatch.setattr(torch.Tensor, "flip", lambda self, dims: axes.extend(dims) or flip(self, dims))
    predict(model, patient(shape=(30, 28, 26)), flips=True, progress=False)
    assert set(axes) == {3, 4}  # of (B, C, X, Y, Z)


def test_postprocessing_keeps_one_piece_of_an_organ(model):
    case = patient()
    case.ct.array[4:6, 20:22, 20:22] = 150
    raw, clean = (predict(model, case, postprocess=asked, progress=False) for asked in (False, True))
    assert raw["liver"][4, 20, 20]
    assert not clean["liver"][4, 20, 20]
    assert np.array_equal(clean["liver"], raw["liver"] & case.labels["liver"])


class Noise(nn.Module):
    """Many classes, each somewhere: a stand-in that costs nothing. Tensors of torch's are not what is measured."""

    def __init__(self, classes):
        super().__init__()
        self.some = nn.Parameter(torch.zeros(classes))

    def forward(self, images):
        places = torch.arange(images.numel()).reshape(images.shape) % 97
        return torch.where(places == 1, 1.0, -40.0).expand(-1, len(self.some), -1, -1, -1)


def test_masks_and_probabilities_of_a_long_scan_are_kept_as_boxes():
    classes = tuple(f"c{n}" for n in range(25))
    model = Model(Noise(len(classes)), classes, (1.5, 1.5, 1.5), (-175, 250), (16, 16, 16))
    hu = np.full((48, 48, 400), -1000, np.int16)
    hu[16:32, 16:32, 100:132] = 40  # windows beyond are air
    tracemalloc.start()
    try:
        seen = see(model, hu, overlap=0, soft=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [mask.voxels for mask in seen.masks] == [seen.masks[0].voxels] * 25
    assert peak < len(classes) * hu.size / 20, "a bool array for each class would be twenty times as large"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"structures": ["livre"]}, "the model knows no 'livre': did you mean 'liver'"),
        ({"flips": (3,)}, r"flips=\(3,\): give True"),
        ({"soft": True, "postprocess": True}, "choose one of them"),
        ({"device": "nowhere"}, "device nowhere: is not here"),
        ({"model": 3}, "a model is a Model, a path"),
        ({"model": "supre:unet"}, "no such file of weights"),
        ({"model": "suprem:unt"}, "did you mean 'suprem:unet'"),
        ({"model": "suprem:unet"}, "read its licence first"),
    ],
)
def test_what_cannot_be_done_is_said(model, options, said):
    with pytest.raises(InputError, match=said):
        predict(**{"model": model, "image": patient(), "progress": False} | options)


def test_float_hu_are_taken_as_they_are(model):
    case = patient()
    as_float = Volume(case.ct.array.astype(np.float32) + 0.25, case.ct.affine)
    found = predict(model, as_float, progress=False)
    assert dice(found["liver"], case.labels["liver"]) > 0.9
