"""The evaluation lesson as a function: on phantoms, on a real case, and on real networks with expert masks."""

import json

import nbformat
import pytest

from tests.notebooks.commands import atlas_lab


def metrics(run):
    return json.loads((run / "manifest.json").read_text())["metrics"]


def said(run):
    """Everything that the executed notebook printed."""
    cells = nbformat.read(run / "evaluation.ipynb", as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


@pytest.mark.slow
def test_on_phantoms_it_says_that_detector_and_networks_are_made_up(tmp_path):
    done = atlas_lab("run", "evaluation", "--size", "ci", "-p", "structure=spleen", "-o", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = metrics(tmp_path / "run")
    assert found["hd95_cut_off"]["value"] > found["hd95_thin"]["value"]
    assert not found["sensitivity of a simulated detector"].get("claim")  # dice prove nothing
    assert {name for name in found if name.startswith("dsc ")} == {
        f"dsc {n}" for n in ("cautious", "generous", "misses_small", "shifted")
    }
    assert "networks: made up" in said(tmp_path / "run")
    names = {path.stem for path in (tmp_path / "run" / "figures").iterdir()}
    assert names >= {"cut_off", "five_tools", "one_voxel", "by_size", "froc", "roc", "patients", "networks", "paired"}


@pytest.mark.slow
@pytest.mark.real
def test_real_networks_are_judged_on_nine_real_cases_and_a_real_ct_by_structure(real_data, tmp_path):
    source = f"source={real_data / 'cases' / 'TS_ABD_0001'}"
    done = atlas_lab("run", "evaluation", "--size", "ci", "-p", source, "-p", f"real={real_data}", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    found = metrics(tmp_path / "run")
    assert found["cases_compared"]["value"] == 9
    dsc = {name.removeprefix("dsc "): entry for name, entry in found.items() if name.startswith("dsc ")}
    assert set(dsc) == {"CE", "DiceTopK10", "Tversky", "WCE"}
    assert all(entry["n"] == 9 and entry["ci"][0] < entry["value"] < entry["ci"][1] for entry in dsc.values())
    assert min(dsc, key=lambda name: dsc[name]["value"]) == "WCE"  # it over-segments, and so it finds every lesion
    assert "lesions: WCE" in said(tmp_path / "run")
    assert (found["structures_averaged"]["value"], found["structures_averaged"]["n"]) == (5, 22)
    assert found["sensitivity of a simulated detector"]["claim"] is None  # dice are no answer of a real data set


@pytest.mark.slow
def test_a_folder_without_networks_is_refused_in_one_line_before_anything_is_measured(tmp_path):
    done = atlas_lab("run", "evaluation", "--size", "ci", "-p", f"real={tmp_path}", "-o", tmp_path / "run")
    assert done.returncode == 1
    assert "benchmarks/liver_tumor: there is no such folder; real= takes one with" in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert metrics(tmp_path / "run") == {}


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path):
    done = atlas_lab("run", "evaluation", "-p", "patient=8", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "did you mean 'patients'?" in done.stderr
    assert not (tmp_path / "run").exists()
