"""Opening models: trainings, the one of the package, and what is no model."""

import hashlib
import json
import shutil

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training.checkpoint import save
from atlas_lab.synthesis.diffusion import open_model, train_autoencoder
from atlas_lab.synthesis.diffusion.model import FOLDER, MANIFEST, WEIGHTS
from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.diffusion.recipe import plain
from atlas_lab.synthesis.diffusion.tensors import read_tensors, write_tensors
from tests.learning.inference.models import by_hu
from tests.synthesis.diffusion.tiny import PLAN, RECIPE, patient

MOST_BYTES = 5_000_000


def about(**changed):
    parts = {name: plain(getattr(RECIPE, name)) for name in ("autoencoder", "denoiser", "grid", "schedule")}
    return {"kind": "diffusion", "organs": ["liver"], **parts, **changed}


@pytest.fixture(scope="module")
def network():
    return LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser)


def test_a_checkpoint_opens_with_its_grid_and_schedule(network, tmp_path):
    save({"network": network.state_dict(), "about": about()}, tmp_path / "last.ckpt")
    for place in (tmp_path, tmp_path / "last.ckpt", str(tmp_path)):
        model = open_model(place)
        assert (model.grid, model.schedule) == (RECIPE.grid, RECIPE.schedule)
        assert model.shapes == (RECIPE.autoencoder, RECIPE.denoiser)


def test_a_checkpoint_that_was_written_anew_is_read_anew(network, tmp_path):
    save({"network": network.state_dict(), "about": about()}, tmp_path / "last.ckpt")
    assert open_model(tmp_path).network.scale == 1
    save({"network": network.state_dict() | {"scale": torch.tensor(2.0)}, "about": about()}, tmp_path / "last.ckpt")
    assert open_model(tmp_path).network.scale == 2


def test_weights_of_other_networks_are_refused(network, tmp_path):
    said = about(denoiser=plain(RECIPE.denoiser) | {"channels": [16, 16]})
    save({"network": network.state_dict(), "about": said}, tmp_path / "last.ckpt")
    with pytest.raises(InputError, match=r"last.ckpt: its weights are not those of the networks that it names"):
        open_model(tmp_path)


def test_checkpoints_of_something_else_are_named(tmp_path):
    run = train_autoencoder([patient()], folder=tmp_path / "ae", plan=PLAN, recipe=RECIPE, organs=["liver"])
    with pytest.raises(InputError, match="is a checkpoint of an autoencoder, not of a diffusion model"):
        open_model(run)
    segments = by_hu()
    save({"network": segments.network.state_dict(), "about": segments.about}, tmp_path / "last.ckpt")
    with pytest.raises(InputError, match="not of a diffusion model"):
        open_model(tmp_path)
    (tmp_path / "text.ckpt").write_text("no checkpoint")
    with pytest.raises(InputError, match=r"text\.ckpt"):
        open_model(tmp_path / "text.ckpt")
    with pytest.raises(InputError, match="no such checkpoint"):
        open_model(tmp_path / "nowhere")


def test_tensors_come_back_from_a_file(tmp_path):
    tensors = {"a": torch.arange(6.0).reshape(2, 3).half(), "b": torch.tensor(0.1), "c": torch.zeros(0, 2)}
    write_tensors(tensors, tmp_path / "x.safetensors")
    found = read_tensors(tmp_path / "x.safetensors")
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert torch.equal(found[name], tensor.float()), name


@pytest.mark.parametrize("broken", [b"", b"\x00" * 7, b"\xff" * 40, b"\x02" + b"\x00" * 7 + b"[]", "cut"])
def test_a_damaged_file_of_tensors_is_refused(tmp_path, broken):
    path = tmp_path / "x.safetensors"
    write_tensors({"a": torch.ones(5)}, path)
    path.write_bytes(path.read_bytes()[:-1] if broken == "cut" else broken)
    with pytest.raises(InputError, match=r"x\.safetensors: is no whole safetensors file"):
        read_tensors(path)


def test_the_small_model_is_in_the_package_and_small():
    manifest = json.loads((FOLDER / MANIFEST).read_text())
    data = (FOLDER / WEIGHTS).read_bytes()
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES
    assert hashlib.sha256(data).hexdigest() == manifest["sha256"]
    assert manifest["about"]["organs"] == ["liver", "pancreas", "kidney"]
    assert manifest["data"]["seed"] >= 500_000
    assert manifest["held_out"]["contrast_made"] < -15
    model = open_model()
    assert float(model.network.scale) == pytest.approx(manifest["latent_scale"])
    assert open_model("small") is model


def test_a_small_model_that_was_changed_is_refused(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "small")
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[-1] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    with pytest.raises(InputError, match="is damaged"):
        open_model(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(InputError, match="is not whole"):
        open_model(folder)
