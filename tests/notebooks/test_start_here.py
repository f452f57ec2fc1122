"""The first lesson as a function: on the phantom, on a real CT, and refusing what it cannot use."""

import json

import nibabel as nib
import numpy as np
import pytest

from tests.notebooks.commands import atlas_lab


@pytest.mark.slow
def test_it_runs_on_the_phantom_and_leaves_a_report(tmp_path):
    done = atlas_lab("run", "start_here", "-p", "cases=1", "-p", "structure=spleen", "-o", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "report: run/start_here.html" in done.stdout
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["status"] == "done"
    assert manifest["parameters"]["structure"] == "spleen"
    assert 80 <= manifest["metrics"]["volume"]["value"] <= 450
    assert (tmp_path / "run" / "figures" / "slices.png").stat().st_size > 20_000
    page = (tmp_path / "run" / "start_here.html").read_text()
    assert page.count("data:image/png;base64,") >= 3


@pytest.mark.slow
@pytest.mark.real
def test_on_a_real_ct_it_measures_what_nibabel_and_numpy_measure(real_data, tmp_path):
    case = real_data / "cases" / "TS_ABD_0001"
    done = atlas_lab("run", "start_here", "-p", f"source={case}", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    metrics = json.loads((tmp_path / "run" / "manifest.json").read_text())["metrics"]
    ct, liver = nib.load(case / "ct.nii.gz"), nib.load(case / "segmentations" / "liver.nii.gz")
    voxels = liver.get_fdata() > 0
    assert metrics["volume"]["value"] == pytest.approx(voxels.sum() * np.prod(ct.header.get_zooms()) / 1000)
    assert metrics["mean_hu"]["value"] == pytest.approx(ct.get_fdata()[voxels].mean())


@pytest.mark.slow
@pytest.mark.real
def test_a_case_without_the_structure_is_refused_in_one_line(real_data, tmp_path):
    done = atlas_lab("run", "start_here", "-p", f"source={real_data / 'cases' / 'STS_019'}", "-o", tmp_path / "run")
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "this lesson needs liver (not annotated); case STS_019 has soft_tissue_sarcoma" in done.stderr


@pytest.mark.slow
def test_a_size_gives_the_parameters_that_are_not_given(tmp_path):
    done = atlas_lab("run", "start_here", "--size", "ci", "-p", "seed=3", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    parameters = json.loads((tmp_path / "run" / "manifest.json").read_text())["parameters"]
    assert (parameters["cases"], parameters["seed"]) == (1, 3)
    refused = atlas_lab("run", "start_here", "--size", "studdy", "-o", tmp_path / "no")
    assert refused.returncode == 2
    assert "unknown size 'studdy': did you mean 'study'" in refused.stderr


def test_a_misspelt_parameter_is_refused_before_a_kernel_starts(tmp_path):
    done = atlas_lab("run", "start_here", "-p", "sorce=x", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "did you mean 'source'?" in done.stderr
    assert not (tmp_path / "run").exists()
