"""The atlas lesson as a function: on phantoms, on every real case, and leaving a cohort that others can take up."""

import json

import pandas as pd
import pytest

from tests.notebooks.commands import atlas_lab


def metrics(run):
    return {name: entry["value"] for name, entry in json.loads((run / "manifest.json").read_text())["metrics"].items()}


@pytest.mark.slow
def test_on_phantoms_it_leaves_measures_and_a_cohort(tmp_path):
    done = atlas_lab("run", "explore_volumes", "-p", "cases=5", "-p", "structure=spleen", "-o", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = tmp_path / "run"
    measures = pd.read_csv(run / "measures.csv", index_col=["id", "structure"])
    cohort = pd.read_csv(run / "cohort.csv", index_col="id")
    assert measures.index.get_level_values("id").nunique() == metrics(run)["cases"] == 5
    assert len(cohort) == metrics(run)["cohort"] > 0
    whole = measures.xs("spleen", level="structure").query("status == 'present'")
    assert set(cohort.index) <= set(whole.index)
    assert {path.name for path in (run / "figures").iterdir()} == {"gallery.png", "volumes.png"}


@pytest.mark.slow
@pytest.mark.real
def test_on_all_real_cases_those_without_abdominal_organs_included(real_data, tmp_path):
    done = atlas_lab("run", "explore_volumes", "-p", f"source={real_data / 'cases'}", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert metrics(tmp_path / "run")["cases"] == len(list((real_data / "cases").iterdir()))


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path):
    done = atlas_lab("run", "explore_volumes", "-p", "sorce=x", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "did you mean 'source'?" in done.stderr
    assert not (tmp_path / "run").exists()
