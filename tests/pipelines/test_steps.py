"""A pipeline file is checked as a whole, and each mistake is told in one line, before anything starts."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import ParameterError
from atlas_lab.pipelines import find_pipeline, list_notebooks, notebooks_folder, read_pipeline, size_parameters
from atlas_lab.pipelines.references import Reference


def write_notebook(path: Path, parameters: str, *code: str) -> None:
    cells = [{"cell_type": "code", "source": parameters, "metadata": {"tags": ["parameters"]}}]
    cells += [{"cell_type": "code", "source": source, "metadata": {}} for source in code]
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))


@pytest.fixture
def folder(tmp_path):
    write_notebook(
        tmp_path / "make.ipynb",
        "seed: int = 0\ncases: int = 2",
        "%matplotlib inline",
        "al.artefact('a.csv').touch()\nal.artefact('atlas/case.csv')",
    )
    write_notebook(tmp_path / "use.ipynb", "table: str\ntables: list[str] = []\nseed: int = 0")
    return tmp_path


def read(folder: Path, text: str, *arguments):
    path = folder / "p.yaml"
    path.write_text(text)
    return read_pipeline(path, *arguments)


MAKE = "steps:\n  make: {notebook: make.ipynb}\n"


def test_a_reference_needs_its_step_and_comes_after_it(folder):
    text = (
        "steps:\n  use: {notebook: use.ipynb, parameters: {table: '${make.a.csv}'}}\n"
        "  last: {notebook: make.ipynb, needs: use}\n  make: {notebook: make.ipynb}\n"
    )
    steps = read(folder, text).steps
    assert list(steps) == ["make", "use", "last"]
    assert steps["use"].parameters == {"table": Reference("make", "a.csv")}
    assert (steps["use"].needs, steps["last"].needs, steps["make"].needs) == (("make",), ("use",), ())


def test_a_folder_of_artefacts_can_be_referred_to(folder):
    steps = read(folder, MAKE + "  use: {notebook: use.ipynb, parameters: {table: '${make.atlas}'}}\n").steps
    assert steps["use"].parameters["table"] == Reference("make", "atlas")


def test_a_matrix_makes_a_run_for_each_combination_and_a_reference_means_all_of_them(folder):
    text = (
        "steps:\n  make: {notebook: make.ipynb, matrix: {seed: [1, 2], cases: [3]}}\n"
        "  use: {notebook: use.ipynb, parameters: {table: x, tables: '${make.a.csv}'}}\n"
    )
    steps = read(folder, text).steps
    assert list(steps) == ["make-seed=1-cases=3", "make-seed=2-cases=3", "use"]
    assert steps["make-seed=2-cases=3"].parameters == {"seed": 2, "cases": 3}
    assert steps["use"].needs == ("make-seed=1-cases=3", "make-seed=2-cases=3")
    assert [r.step for r in steps["use"].parameters["tables"]] == list(steps["use"].needs)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6, unique=True))
def test_every_run_of_a_sweep_has_a_folder_name_of_its_own(tmp_path_factory, seeds):
    folder = tmp_path_factory.mktemp("sweep")
    write_notebook(folder / "make.ipynb", "seed: int = 0")
    steps = read(folder, f"steps:\n  make: {{notebook: make.ipynb, matrix: {{seed: {seeds}}}}}\n").steps
    assert len({id.lower() for id in steps}) == len(seeds)
    assert [step.parameters["seed"] for step in steps.values()] == seeds


def test_sizes_replace_plain_values_and_given_ones_replace_both(folder):
    text = MAKE + "  use: {notebook: use.ipynb, parameters: {table: '${make.a.csv}', seed: 1}}\n"
    sizes = {"use": {"seed": 5, "table": "other"}, "make": {"cases": 9}}
    steps = read(folder, text, {}, sizes).steps
    assert steps["use"].parameters == {"table": Reference("make", "a.csv"), "seed": 5}
    assert steps["make"].parameters == {"cases": 9}
    steps = read(folder, text, {"seed": "7"}, sizes).steps
    assert (steps["use"].parameters["seed"], steps["make"].parameters["seed"]) == ("7", "7")


WRONG = {
    "steps: [": "not valid YAML",
    "": "a pipeline is a mapping `steps:` of at least one step",
    "hello": "must hold one `name: value` a line",
    "steps: {}": "a pipeline is a mapping `steps:`",
    "steps: {a: {notebook: make.ipynb}}\nstep: 1": "unknown key 'step': did you mean 'steps'",
    "steps: {a: {notebook: make.ipynb}, A: {notebook: make.ipynb}}": "differ in upper and lower case only",
    "steps:\n  ? [a, b]\n  : {notebook: make.ipynb}": "line 2: a name must be a word",
    "steps: {~: {notebook: make.ipynb}}": "a name must be a word",
    "steps: &a\n  make: *a": "refers to itself",
    f"steps: {{{'a' * 300}: {{notebook: make.ipynb}}}}": "longer than 120 letters",
    "steps: {a: {notebook: make.ipynb, parameters: {seed: 1}, matrix: {seed: [2]}}}": "stands under parameters and under matrix",
    "steps: {a: {notebook: make.ipynb, matrix: {seed: [1, 1.0]}}}": "matrix has two runs called",
    MAKE + "  b: {notebook: use.ipynb, matrix: {table: ['${make.a.csv}']}}": "matrix table refers to another step",
    "steps:\n  a: {notebook: make.ipynb}\n  a: {notebook: use.ipynb}": "line 3 names 'a' a second time",
    "steps: {a: {notebok: make.ipynb}}": "step a: unknown key 'notebok': did you mean 'notebook'",
    "steps: {a/b: {notebook: make.ipynb}}": "a step's name is letters",
    "steps: {a: make.ipynb}": "step a: must hold notebook, parameters, needs, matrix, not 'make.ipynb'",
    "steps: {start_her: }": "step start_her: unknown notebook 'start_her': did you mean 'start_here'",
    "steps: {a: {notebook: none.ipynb}}": "none.ipynb: no such notebook",
    "steps: {a: {notebook: make.ipynb, needs: [b]}}": "step a: needs the unknown step 'b'",
    "steps: {a: {notebook: make.ipynb, needs: 3}}": "needs must be a list of step names",
    "steps: {a: {notebook: make.ipynb, parameters: [1]}}": "parameters must be `name: value` pairs",
    "steps: {a: {notebook: make.ipynb, parameters: {sed: 1}}}": "step a: unknown parameter 'sed': did you mean 'seed'",
    "steps: {a: {notebook: make.ipynb, parameters: {seed: x}}}": "step a: seed: 'x' is not a whole number",
    "steps: {a: {notebook: use.ipynb}}": "step a: use needs a value for table",
    "steps: {a: {notebook: make.ipynb, matrix: {seed: 3}}}": "matrix seed must be a list of at least one value",
    "steps: {a: {notebook: make.ipynb, matrix: {seed: []}}}": "matrix seed must be a list of at least one value",
    "steps: {a: {notebook: make.ipynb, matrix: {seed: [1, 1]}}}": "matrix has two runs called a-seed=1",
    MAKE + "  b: {notebook: use.ipynb, parameters: {table: 'x${make.a.csv}'}}": "with nothing around it",
    MAKE
    + "  b: {notebook: use.ipynb, parameters: {table: '${make.b.csv}'}}": "step make leaves no 'b.csv': did you mean 'a.csv'",
    MAKE + "  b: {notebook: use.ipynb, parameters: {table: '${mak.a.csv}'}}": "unknown step 'mak': did you mean 'make'",
    MAKE + "  b: {notebook: use.ipynb, parameters: {table: x, seed: '${make.a.csv}'}}": "step b: seed: '${make.a.csv}' is not",
    "steps: {a: {notebook: make.ipynb, needs: b}, b: {notebook: make.ipynb, needs: a}}": "need each other in a circle: ",
    "steps: {a: {notebook: make.ipynb, needs: a}}": "circle: a needs a",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_mistakes_are_told_in_one_line_that_names_the_file(folder, text):
    with pytest.raises(ParameterError) as caught:
        read(folder, text)
    message = str(caught.value)
    assert message.startswith(str(folder / "p.yaml"))
    assert WRONG[text] in message
    assert "\n" not in message


def test_a_parameter_that_no_step_has_is_refused(folder):
    with pytest.raises(ParameterError, match="unknown parameter 'sead': did you mean 'seed'"):
        read(folder, MAKE, {"sead": 1})


def test_pipelines_are_found_by_path_and_by_name(folder):
    read(folder, MAKE)
    assert find_pipeline(str(folder / "p.yaml")) == folder / "p.yaml"
    assert find_pipeline("quick") == notebooks_folder() / "pipelines" / "quick.yaml"
    with pytest.raises(ParameterError, match=r"none\.yaml: no such pipeline file"):
        find_pipeline("none.yaml")
    with pytest.raises(ParameterError, match="unknown pipeline 'quik': did you mean 'quick'"):
        find_pipeline("quik")
    with pytest.raises(ParameterError, match="unknown size 'studdy': did you mean 'study'"):
        size_parameters("studdy")


OURS = sorted((notebooks_folder() / "pipelines").glob("*.yaml"))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_pipelines_are_sound_and_have_a_block_for_every_notebook(path):
    pipeline = read_pipeline(path)
    assert {step.notebook.name for step in pipeline.steps.values()} == {notebook.name for notebook in list_notebooks()}
    assert set(size_parameters(path.stem)) == {notebook.name for notebook in list_notebooks()}
