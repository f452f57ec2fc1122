"""`atlas-lab evaluate`: from two folders to tables and a page; a wrong word is one line."""

import sys

import pytest
from typer.testing import CliRunner

from atlas_lab.cli import app, main
from atlas_lab.evaluation.folders import read_scores
from tests.evaluation.folders.makers import CUT_LIVER, LIVER, SHIFTED, flat


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flat(tmp_path / "model", {"a": SHIFTED, "b": LIVER, "x": LIVER})
    flat(tmp_path / "truth", {"a": LIVER, "b": LIVER, "c": LIVER})
    return ["model", "truth", "-o", "out"]


def call(*arguments):
    result = CliRunner().invoke(app, ["evaluate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_the_summary_the_problems_and_where_the_page_is(folders, tmp_path):
    lines = call(*folders, "--labels", "1=liver", "--tolerance-mm", "2").splitlines()
    assert lines[1].split()[:4] == ["liver", "3", "1", "0.633"]
    assert lines[2:] == ["no prediction: 1", "no truth: 1", "report: out/report.html"]
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_convention_is_taken_whole_and_single_choices_go_before_it(folders, tmp_path):
    call(*folders, "--labels", "liver=1", "--convention", "medpy", "--direction", "mean", "--worst", "0")
    attrs = read_scores(tmp_path / "out").attrs
    assert (attrs["surface"], attrs["direction"], attrs["percentile"]) == ("voxel", "mean", "linear")


def test_structures_tumors_and_sites_are_passed_on(folders, tmp_path):
    (tmp_path / "sites.csv").write_text("id,site\na,north\n")
    call(*folders, "--labels", "1=liver", "--structures", "liver", "--tumors", "liver", "--sites", "sites.csv", "--worst", "0")
    assert (tmp_path / "out" / "lesions.csv").is_file()
    assert "north" in (tmp_path / "out" / "report.html").read_text()


def test_cut_structures_are_averaged_when_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("model", "truth"):
        flat(tmp_path / folder, {"a": CUT_LIVER})
    arguments = ["model", "truth", "-o", "out", "--labels", "1=liver", "--worst", "0"]
    assert call(*arguments).splitlines()[1].split()[:2] == ["liver", "0"]
    assert call(*arguments, "--cut").splitlines()[1].split()[:4] == ["liver", "1", "0", "1.0"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--convention", "mona"], 2, "did you mean 'monai'"),
        (["--labels", "1=liver,spleen"], 2, "such as 1=liver"),
        (["--labels", "1.7"], 2, "'1.7' is not ID=NAME, such as 1=liver"),
        (["--labels", "1:liver"], 2, "'1:liver' is not ID=NAME"),
        (["--labels", "litss"], 2, "did you mean 'lits'"),
        (["--labels", "1=liver", "--structures", "livr"], 2, "did you mean 'liver'"),
        (["--labels", "1=liver", "--tumors", "livr"], 2, "did you mean 'liver'"),
        (["--labels", "2=liver_tumor"], 1, "holds an id that labels names (2), they hold id 1"),
        (["--sites", "no.csv"], 2, "no.csv does not exist"),
        (["--surface", "corner"], 2, "--surface='corner'"),
        (["--structures", "9"], 1, "is in no case"),
        (["--worst", "-1"], 2, "'--worst'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folders, capsys, monkeypatch, options, code, said):
    monkeypatch.setattr(sys, "argv", ["atlas-lab", "evaluate", *folders, *options])
    with pytest.raises(SystemExit) as stop:
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert stop.value.code == code


def test_an_interruption_is_no_failure_and_says_how_to_go_on(folders, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("atlas_lab.evaluation.folders.evaluate", stopped)
    monkeypatch.setattr(sys, "argv", ["atlas-lab", "evaluate", *folders])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 130
    assert "goes on where it was" in capsys.readouterr().err
