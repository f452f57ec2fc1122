"""`atlas-lab train-autoencoder` and `train-diffusion`: from an atlas to a model that makes tumours, in two commands."""

import dataclasses

import pytest
import typer
import yaml
from typer.testing import CliRunner

from atlas_lab.cli import train_autoencoder, train_diffusion
from atlas_lab.errors import InputError
from atlas_lab.synthesis.diffusion import open_model
from tests.synthesis.diffusion.tiny import RECIPE, patient

app = typer.Typer()
for module in (train_autoencoder, train_diffusion):
    module.register(app)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    patient("BDMAP_00000001").save(tmp_path / "atlas")
    recipe = {name: _plain(part) for name, part in vars(RECIPE).items()}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(recipe))
    return tmp_path


def _plain(part):
    return {name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(part).items()}


def call(*arguments):
    result = CliRunner().invoke(
        app, [*arguments, "--organ", "liver", "-f", "mine.yaml", "--device", "cpu"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_two_commands_make_a_model(here):
    assert call("train-autoencoder", "atlas", "-o", "ae", "--steps", "2").startswith("2 steps in 0.")
    said = call("train-diffusion", "atlas", "-o", "model", "--autoencoder", "ae", "--steps", "2")
    assert said.endswith(": model/last.ckpt\n")
    assert open_model(here / "model").shapes == (RECIPE.autoencoder, RECIPE.denoiser)
    more = call("train-diffusion", "atlas", "-o", "more", "--init-from", "model", "--minutes", "0.01")
    assert more.endswith(": more/last.ckpt\n")


def test_an_atlas_without_tumours_is_refused_before_anything_is_written(here):
    call("train-autoencoder", "atlas", "-o", "ae", "--steps", "1")
    with pytest.raises(InputError, match="no tumour to learn from"):
        call("train-diffusion", "atlas", "-o", "model", "--autoencoder", "ae", "--largest-mm", "5")
    assert not (here / "model").exists()
