"""`atlas-lab predict`: a CT becomes masks in one command; the licence comes before any download."""

import sys

import pytest
import torch
from typer.testing import CliRunner

from atlas_lab import anatomy
from atlas_lab.cli import app, main
from atlas_lab.data.case import Case
from atlas_lab.learning.backbones import outline
from atlas_lab.learning.training.checkpoint import save
from tests.learning.inference.models import by_hu, patient
from tests.learning.inference.test_published import universal_file


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = by_hu()
    save({"network": model.network.state_dict(), "about": model.about}, tmp_path / "model.ckpt")
    patient().ct.save(tmp_path / "ct.nii.gz")
    patient().ct.save(tmp_path / "second.nii.gz")
    return tmp_path


def call(*arguments):
    result = CliRunner().invoke(app, ["predict", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_it_says_where_the_masks_are_and_each_volume(here):
    lines = call("second.nii.gz", "--model", "model.ckpt", "-o", "out")
    liver, spleen, masks = lines
    assert liver.split() == ["liver", f"{Case.open('out/second').labels.volume_ml('liver'):.1f}", "mL"]
    assert spleen.split()[0] == "spleen"
    assert masks == "masks: out/second"


def test_a_folder_gives_medians(here):
    (here / "cts").mkdir()
    for name in ("ct", "second"):
        (here / f"{name}.nii.gz").rename(here / "cts" / f"{name}_1.nii.gz")
    lines = call("cts", "--model", "model.ckpt", "-o", "out", "--structures", "liver", "--soft", "--no-postprocess")
    assert "median of 2 cases" in lines[0]
    assert lines[1:] == ["masks: out"]
    assert (here / "out" / "ct_1" / "soft" / "liver.nii.gz").is_file()


@pytest.mark.slow
def test_published_weights_are_used_once_their_licence_is_accepted(here, monkeypatch):
    """The file lies in the cache, as if it had been downloaded; its numbers are made up."""
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(here / "cache"))
    monkeypatch.setattr("atlas_lab.learning.inference.published._PATCH", 32)
    file = here / "cache" / "weights" / "MrGiovanni--SuPreM" / "supervised_suprem_unet_2100.pth"
    file.parent.mkdir(parents=True)
    torch.save(universal_file(outline("unet", 1)), file)
    lines = call("second.nii.gz", "--model", "suprem:unet", "-o", "out", "--accept-licence", "--device", "cpu")
    assert lines[0].startswith("suprem:unet: licence: SuPreM's repository says CC BY-NC-ND 4.0")
    assert [line.split()[0] for line in lines[1:-1]] == list(anatomy.RELEASES["1.0"].structures)
    assert lines[-1] == "masks: out/second"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--model", "suprem:unet"], 1, "with --accept-licence you accept it"),
        (["--model", "suprem:unt"], 1, "did you mean 'suprem:unet'"),
        (["--model", "none.ckpt"], 1, "none.ckpt: no such file"),
        (["--model", "model.ckpt", "--structures", "livr"], 1, "did you mean 'liver'"),
        (["--model", "model.ckpt", "--overlap", "1"], 2, "'--overlap'"),
        (["--model", "model.ckpt", "--device", "nowhere"], 1, "device nowhere: is not here"),
        ([], 2, "Missing option"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(here, capsys, monkeypatch, options, code, said):
    monkeypatch.setattr(sys, "argv", ["atlas-lab", "predict", "second.nii.gz", "-o", "out", *options])
    with pytest.raises(SystemExit) as stop:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert stop.value.code == code
    assert not (here / "out").exists()


def test_an_interruption_is_no_failure_and_says_how_to_go_on(here, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("atlas_lab.learning.inference.cases.predict_cases", stopped)
    monkeypatch.setattr(sys, "argv", ["atlas-lab", "predict", "second.nii.gz", "--model", "model.ckpt", "-o", "out"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 130
    assert "goes on where it was" in capsys.readouterr().err
