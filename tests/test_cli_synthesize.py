"""`atlas-lab synthesize`: an atlas with tumours in one command; what failed is listed, what is wrong said in one line."""

import sys

import pytest
from typer.testing import CliRunner

from atlas_lab.cli import app, main
from atlas_lab.data import Atlas
from tests.synthesis.cases import by_hand

IDS = ["BDMAP_00000001", "BDMAP_00000002"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for id in IDS:
        case = by_hand()
        case.id = id
        case.save(tmp_path / "atlas")
    return tmp_path


def call(*arguments, code=0):
    result = CliRunner().invoke(app, ["synthesize", "atlas", "-o", "out", *arguments])
    assert result.exit_code == code, result.output
    return result


def test_it_prints_what_was_made_and_skipped_by_organ(here):
    lines = call("--per-case", "3", "--size", "8", "--method", "handcrafted", "--seed", "4").stdout.splitlines()
    head, *rows, last = lines
    assert head.split() == ["organ", "cases", "tumours", "skipped:", "not", "annotated", "diameter_mm", "contrast_hu"]
    kidney, liver, pancreas = (row.split() for row in rows)
    assert (kidney[0], liver[0]) == ("kidney", "liver")
    assert pancreas == ["pancreas", "0", "0", "2"]
    assert last == "6 tumours in 2 cases: out"
    assert Atlas.open(here / "out").ids == IDS
    assert int(kidney[2]) + int(liver[2]) == 6


def test_seven_early_tumours_a_case_unless_told_otherwise(here):
    call("--organ", "liver")
    tumours = (here / "out" / "synthesis.csv").read_text().splitlines()
    assert len(tumours) == 1 + 2 * 7
    assert all(float(row.split(",")[tumours[0].split(",").index("planned_mm")]) < 20 for row in tumours[1:])


@pytest.mark.parametrize(("cases", "ids"), [("1", IDS[:1]), (IDS[1], IDS[1:]), (", ".join(IDS), IDS)])
def test_some_cases_only(here, cases, ids):
    call("--organ", "liver", "--per-case", "1", "--cases", cases)
    assert Atlas.open(here / "out").ids == ids


def test_a_damaged_case_is_listed_the_others_done_and_the_status_is_one(here, capsys, monkeypatch):
    ct = here / "atlas" / IDS[0] / "ct.nii.gz"
    ct.write_bytes(ct.read_bytes()[:5000])
    monkeypatch.setattr(sys, "argv", ["atlas-lab", "synthesize", "atlas", "-o", "out", "--organ", "liver"])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr()
    assert stop.value.code == 1
    listed, error = said.err.splitlines()[-2:]
    assert listed.startswith(f"  {IDS[0]}: ")
    assert error == "atlas-lab: error: 1 case failed; the others are done, and the same command tries again"
    assert "7 tumours in 1 case: out" in said.out
    assert Atlas.open(here / "out").ids == IDS[1:]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--method", "handcraftd"], 2, "did you mean 'handcrafted'"),
        (["--organ", "livr"], 2, "did you mean 'liver'"),
        (["--size", "smal"], 2, "did you mean 'small'"),
        (["--size", "0.2"], 2, "from 1 to 200 mm"),
        (["--per-case", "0"], 2, "'--per-case'"),
        (["--per-case", "500"], 2, "at most 100"),
        (["--model", "model.ckpt"], 2, "add --method diffusion"),
        (["--cases", "0"], 2, "--cases 0: give 1 or more"),
        (["--method", "diffusion", "--device", "quda"], 2, "device quda: is not here; choose cpu"),
        (["--method", "automaton", "--device", "quda"], 2, "automaton device='quda'"),
        (["--method", "handcrafted", "--device", "cuda"], 2, "'device'; its settings are"),
        (["--cases", "BDMAP_7"], 1, "has no case 'BDMAP_7'"),
        (["--output", "atlas/new"], 1, "lies in the source atlas"),
        (["--cluster", "nowhere"], 2, "no Dask scheduler answers"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(here, capsys, monkeypatch, options, code, said):
    monkeypatch.setattr(sys, "argv", ["atlas-lab", "synthesize", "atlas", "-o", "out", *options])
    with pytest.raises(SystemExit) as stop:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert stop.value.code == code
    assert not (here / "out").exists()


def test_an_interruption_is_no_failure_and_says_how_to_go_on(here, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("atlas_lab.synthesis.whole_atlas.synthesize_atlas", stopped)
    assert "goes on where it was" in call(code=130).stderr
