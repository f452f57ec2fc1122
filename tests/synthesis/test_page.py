"""The page on synthesis in the docs: what it prints runs, in its order, and is what the package has."""

import re

import pytest

from atlas_lab.synthesis.diffusion.recipe import Recipe
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "synthesis.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.slow
def test_its_python_runs_as_printed_on_the_embedded_atlas(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for number, block in enumerate(blocks("python")):
        exec(compile(block, f"docs/synthesis.md, block {number}", "exec"), names)
    assert (tmp_path / "realism.html").is_file()
    assert len(names["whole"].atlas) == len(names["atlas"])


def test_the_recipe_it_shows_is_the_small_one(tmp_path):
    (recipe,) = blocks("yaml")
    (tmp_path / "mine.yaml").write_text(recipe)
    assert Recipe.of(tmp_path / "mine.yaml") == Recipe.of("small")
