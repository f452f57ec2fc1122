"""The table of claims: every one is sourced, its number is the printed one, and a lesson answers it."""

import json
import re
from pathlib import Path

import pytest

from atlas_lab.lessons.claims import CLAIMS, PARTS
from atlas_lab.lessons.claims.claim import FROM_MEMORY
from atlas_lab.lessons.claims.synthesis import SYNTHESIS, UNANSWERED

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SERIES = """
    00_start_here 01_explore_volumes 02_evaluation 03_annotation_review 04_active_learning 05_label_errors 06_tumor_synthesis
    07_train_on_synthetic 08_reader_study 09_pretraining 10_fine_tuning 11_universal_model 12_continual_learning 13_benchmark
""".split()
IDS = {claim.id for claim in CLAIMS}
by_id = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)


def code_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_ids_are_unique_and_all_written_alike():
    assert len(IDS) == len(CLAIMS)
    assert [id for id in IDS if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", id)] == []


def test_the_claims_come_part_by_part_in_the_order_of_the_talk():
    parts = [claim.part for claim in CLAIMS]
    assert parts == sorted(parts, key=PARTS.index)
    assert set(parts) == set(PARTS)


@by_id
def test_a_claim_says_what_how_where_and_which_lesson_answers_it(claim):
    assert claim.claim.endswith(".")
    assert all([claim.published, claim.method, claim.source])
    assert claim.notebook in SERIES


@by_id
def test_the_headline_number_is_one_of_those_published(claim):
    if claim.value is not None:
        assert claim.value in map(float, re.findall(r"\d+(?:\.\d+)?", claim.published.replace(",", "")))
        assert claim.unit or 0 <= claim.value <= 1, "a number above 1 needs a unit"


def test_what_nobody_looked_up_is_marked_and_never_a_headline_number():
    unverified = {claim.id: claim.value for claim in CLAIMS if FROM_MEMORY in claim.note}
    assert unverified == dict.fromkeys(["universal_msd", "prompt_matters", "felix_patients"])


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_records_only_claims_of_the_table(path):
    assert set(re.findall(r"claim\s*=\s*[\"']([^\"']*)[\"']", code_of(path))) <= IDS


@pytest.mark.parametrize("claim", SYNTHESIS, ids=lambda claim: claim.id)
def test_the_lesson_that_a_claim_names_records_it_or_the_claim_says_that_none_does(claim):
    recorded = f'"{claim.id}"' in code_of(NOTEBOOKS / f"{claim.notebook}.ipynb")
    assert recorded is (UNANSWERED not in claim.note)


def test_every_notebook_of_the_series_has_the_name_that_the_claims_use():
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} <= set(SERIES)
