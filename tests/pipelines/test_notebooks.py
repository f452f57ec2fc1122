"""A notebook is found by its name, and says what it is without being run."""

import json

import pytest

from atlas_lab.errors import InputError
from atlas_lab.pipelines import Notebook, find_notebook, list_notebooks, notebooks


@pytest.fixture
def series(tmp_path, monkeypatch, tiny):
    """A series of two: 01_explore_volumes and 05_tiny."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "05_tiny.ipynb").write_bytes(tiny.read_bytes())
    (folder / "01_explore_volumes.ipynb").write_text(json.dumps({"cells": []}))
    monkeypatch.setattr(notebooks, "_PACKAGE", tmp_path / "atlas_lab")
    return folder


def test_a_notebook_describes_itself(tiny):
    notebook = Notebook.at(tiny)
    assert (notebook.number, notebook.name, notebook.title) == (5, "tiny", "A tiny lesson")
    assert notebook.summary == "It shows what it got, then stops."
    assert [parameter.name for parameter in notebook.parameters][:3] == ["source", "cases", "learning_rate"]
    assert "cases: int = 2" in notebook.source
    assert "tiny lesson" not in notebook.source


def test_the_series_is_listed_in_order(series):
    assert [notebook.name for notebook in list_notebooks()] == ["explore_volumes", "tiny"]


def test_a_wheel_brings_its_own_notebooks(series, tmp_path):
    carried = tmp_path / "atlas_lab" / "_notebooks"
    carried.mkdir(parents=True)
    (series / "05_tiny.ipynb").rename(carried / "05_tiny.ipynb")
    assert [notebook.path.parent for notebook in list_notebooks()] == [carried]


@pytest.mark.parametrize("name", ["explore_volumes", "01_explore_volumes", "01_explore_volumes.ipynb"])
def test_a_notebook_is_found_by_any_of_its_names(series, name):
    assert find_notebook(name).path == series / "01_explore_volumes.ipynb"


def test_a_path_wins_over_the_series(series, tmp_path, monkeypatch):
    (tmp_path / "05_tiny.ipynb").write_text(json.dumps({"cells": []}))
    monkeypatch.chdir(tmp_path)
    assert find_notebook("05_tiny.ipynb").path == tmp_path / "05_tiny.ipynb"
    assert find_notebook(str(series / "05_tiny.ipynb")).path == series / "05_tiny.ipynb"


def test_an_unknown_name_gets_the_nearest(series):
    with pytest.raises(InputError, match=r"unknown notebook 'explore_volume': did you mean 'explore_volumes'\? there are"):
        find_notebook("explore_volume")
    with pytest.raises(InputError, match="no such notebook"):
        find_notebook("elsewhere/x.ipynb")


def test_no_series_at_all_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "_PACKAGE", tmp_path / "atlas_lab")
    with pytest.raises(InputError, match="the notebooks are not there"):
        find_notebook("tiny")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": [1]}', '{"cells": 3}', '{"worksheets": []}', "\x00"])
def test_a_file_that_is_no_notebook_is_named(tmp_path, text):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(InputError, match=r"x\.ipynb: not a Jupyter notebook"):
        Notebook.at(path)


def test_two_parameters_cells_are_one_too_many(tmp_path):
    cell = {"cell_type": "code", "source": ["x: int = 1\n"], "metadata": {"tags": ["parameters"]}}
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": [cell]}))
    assert [parameter.name for parameter in Notebook.at(path).parameters] == ["x"]
    path.write_text(json.dumps({"cells": [cell, cell]}))
    with pytest.raises(InputError, match="2 cells are tagged"):
        _ = Notebook.at(path).parameters


def test_a_name_without_heading_is_its_own_title(tmp_path):
    path = tmp_path / "scratch.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": "just\nwords"}]}))
    notebook = Notebook.at(path)
    assert (notebook.number, notebook.name, notebook.title, notebook.summary) == (None, "scratch", "scratch", "just words")
