"""`atlas-lab train-autoencoder` and `train-diffusion`: from an atlas to a model that makes tumours, in two commands."""

import dataclasses
import sys

import pytest
import typer
import yaml
from typer.testing import CliRunner

from atlas_lab.cli import main, train_autoencoder, train_diffusion
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


@pytest.mark.parametrize(
    ("command", "options", "code", "said"),
    [
        ("autoencoder", ["-f", "smal"], 2, "recipe 'smal': no such file; or give one of small, full"),
        ("autoencoder", ["--organ", "livr"], 2, "did you mean 'liver'"),
        ("autoencoder", ["--organ", ","], 2, "--organ: give one or more"),
        ("autoencoder", ["--device", "quda"], 2, "did you mean 'cuda'"),
        ("autoencoder", ["--steps", "0"], 2, "'--steps'"),
        ("autoencoder", ["--minutes", "nan"], 2, "'--minutes'"),
        ("autoencoder", ["--workers", "-1"], 2, "'--workers'"),
        ("diffusion", ["--init-from", "small", "--largest-mm", "-1"], 2, "'--largest-mm'"),
        ("diffusion", [], 2, "give one of the two: --autoencoder"),
        ("diffusion", ["--init-from", "small", "--autoencoder", "ae"], 2, "give one of the two: --autoencoder"),
        ("diffusion", ["--init-from", "small", "-f", "smal"], 2, "recipe 'smal'"),
        ("diffusion", ["--init-from", "nowhere"], 1, "no such"),
        ("autoencoder", ["-o", "atlas"], 1, "atlas: holds something else than a training (BDMAP_00000001)"),
        ("diffusion", ["--init-from", "small", "-o", "mine.yaml"], 1, "mine.yaml: is a file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_is_written(here, capsys, monkeypatch, command, options, code, said):
    before = sorted(here.rglob("*"))
    monkeypatch.setattr(sys, "argv", ["atlas-lab", f"train-{command}", "atlas", "-o", "out", "--device", "cpu", *options])
    with pytest.raises(SystemExit) as stop:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert stop.value.code == code
    assert sorted(here.rglob("*")) == before


def test_a_folder_that_holds_notes_is_refused_and_one_of_the_same_training_goes_on(here):
    (here / "ae").mkdir()
    (here / "ae" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"ae: holds something else than a training \(notes.txt\); choose a new or empty folder"):
        call("train-autoencoder", "atlas", "-o", "ae", "--steps", "1")
    (here / "ae" / "notes.txt").unlink()
    call("train-autoencoder", "atlas", "-o", "ae", "--steps", "1")
    (here / "ae" / "notes.txt").write_text("mine")
    assert call("train-autoencoder", "atlas", "-o", "ae", "--steps", "2").startswith("2 steps")
