"""An artefact lies in its run's folder, and nowhere else."""

import json

import pytest

from atlas_lab.errors import InputError
from atlas_lab.runs import Run, artefact


def test_in_a_run_it_lies_in_the_runs_folder_and_is_listed(tmp_path, monkeypatch):
    with Run.start(tmp_path / "run", "step", {}) as run:
        monkeypatch.setenv("ATLAS_LAB_RUN", str(run.folder))
        artefact("tables/cohort.csv").write_text("id")
    listed = json.loads((tmp_path / "run" / "manifest.json").read_text())["artefacts"]
    assert listed["tables/cohort.csv"]["size"] == 2


def test_outside_a_run_it_lies_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ATLAS_LAB_RUN", raising=False)
    artefact("cohort.csv").write_text("id")
    assert (tmp_path / "atlas_lab_output" / "cohort.csv").is_file()


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../other/x.csv", ".hidden", "a/../../b"])
def test_a_name_that_leaves_the_folder_is_refused(name):
    with pytest.raises(InputError, match="give a name inside the run's folder"):
        artefact(name)
