"""The whole report."""

import dataclasses

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.synthesis.realism import Lesions, matched, realism
from tests.synthesis.realism.painted import many

REAL = many(16, "a")


@pytest.fixture(scope="module")
def alike():
    return realism(REAL, many(16, "b"), observers=["hotelling"])


@pytest.fixture(scope="module")
def apart():
    return realism(REAL, many(16, "c", blur_mm=0.0, speckle=0.0, contrast=-90.0), observers=["hotelling"])


def test_samples_of_one_kind_show_no_difference(alike):
    assert not alike.table["verdict"].isin(["differs", "told apart"]).any()
    assert len(alike.table) == 14


def test_what_differs_is_named_with_its_distance(apart):
    table = apart.table
    for measure in ("contrast", "edge blur", "spread", "edge profile"):
        assert table.loc[measure, "verdict"] == "differs", measure
        assert table.loc[measure, "low"] > table.loc[measure, "chance"]
    assert table.loc["edge blur", "synthetic"] < 0.7 < table.loc["edge blur", "real"]
    assert table.loc["diameter", "verdict"] == "no difference shown"
    assert table.loc["hotelling observer", "verdict"] == "told apart"
    assert (table.loc["hotelling observer", "low":"chance"] <= [1, 1, 0.5]).all()


def test_sizes_are_matched_before_anything_but_size_is_compared():
    larger = many(16, "d", diameter_mm=15.0)
    found = realism(REAL, larger, observers=[])
    pairs = matched(REAL, larger)
    ratio = pairs[0].diameters / pairs[1].diameters
    assert len(pairs[0]) == len(pairs[1]) < 16
    assert np.abs(np.log(ratio)).max() <= np.log(1.25)
    assert found.table.loc["diameter", ["n_real", "n_synthetic"]].tolist() == [16, 16]
    assert found.table.loc["contrast", "n_real"] == len(pairs[0])
    assert f"{len(pairs[0])} pairs" in str(found)
    with pytest.raises(InputError, match="no real lesion is as large as a synthetic one"):
        realism(many(4, "e", diameter_mm=8.0), many(4, "f", diameter_mm=24.0))


def test_the_report_is_the_same_by_its_seed(alike):
    again = realism(REAL, many(16, "b"), observers=["hotelling"])
    assert again.table.equals(alike.table)
    other = realism(REAL, many(16, "b"), seed=1, observers=[])
    assert other.table.loc["contrast", "distance"] == alike.table.loc["contrast", "distance"]
    assert other.table.loc["contrast", "low"] != alike.table.loc["contrast", "low"]


def test_it_is_shown_and_saved_as_one_file(alike, tmp_path):
    path = alike.save(tmp_path / "realism.html")
    said = path.read_text()
    assert said.startswith("<!DOCTYPE html>")
    assert "hotelling observer" in said
    assert "data:image/webp" in said
    assert "edge blur" in alike._repr_html_()
    assert len([ax for ax in alike.figure.axes if ax.axison]) == 6
    with pytest.raises(InputError, match="below"):
        alike.save(tmp_path / "realism.html" / "below.html")
    for name, ending in (("realism.pdf", ".pdf"), ("realism", "nothing")):
        with pytest.raises(InputError, match=f"{name}: the report is HTML and its name ends in .html, not in '{ending}'"):
            alike.save(tmp_path / name)
        assert not (tmp_path / name).exists()


def test_scanners_that_differ_and_patients_on_both_sides_are_noted():
    fine = Lesions(tuple(dataclasses.replace(lesion, scan_mm=0.5) for lesion in many(8, "a", seed=1)), 1.0)
    notes = " ".join(realism(REAL, fine, observers=[]).notes)
    assert "have voxels of 1 mm and those of synthetic ones of 0.5 mm" in notes
    assert "8 patients have lesions of both kinds" in notes


def test_what_cannot_be_compared_is_said():
    with pytest.raises(InputError, match="real: holds no lesion"):
        realism(Lesions((), 1.0), REAL)
    with pytest.raises(InputError, match="synthetic: its 3 lesions are of 1 patient"):
        realism(REAL, many(3, "b", per_patient=3))
    with pytest.raises(InputError, match=r"give a list, such as \['cnn'\]"):
        realism(REAL, REAL, observers="cnn")
    with pytest.raises(InputError, match="did you mean 'cnn'"):
        realism(REAL, REAL, observers=["cnnn"])
    broken = dataclasses.replace(REAL[0], hu=np.full_like(REAL[0].hu, np.nan))
    with pytest.raises(InputError, match="synthetic: the CT of a0 has voxels that are no number"):
        realism(REAL, Lesions((broken, *REAL[1:]), 1.0))
