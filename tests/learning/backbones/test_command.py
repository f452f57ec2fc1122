"""`atlas-lab backbones`."""

from typer.testing import CliRunner

from atlas_lab.cli import app
from atlas_lab.learning.backbones import BACKBONES
from atlas_lab.learning.weights import SOURCES


def test_it_lists_every_backbone_and_the_weights_with_their_licences():
    answer = CliRunner().invoke(app, ["backbones"])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert {line.split()[0] for line in lines[1:] if line and line.split()[0] in BACKBONES} == set(BACKBONES)
    segresnet = next(line for line in lines if line.startswith("segresnet     published"))
    for part in ("4.70 M", "  8  ", "Myronenko", "2018", "Apache-2.0"):
        assert part in segresnet
    assert all(f"  {name}: " in answer.output for name in SOURCES)
    assert "CC BY-NC-ND 4.0" in answer.output
