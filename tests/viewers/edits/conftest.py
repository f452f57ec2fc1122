"""Cases to paint on, and a place of its own for each test's journals."""

import pytest

from atlas_lab.data.case import Case
from tests.viewers.edits.cases import make_case


@pytest.fixture(autouse=True)
def journals(tmp_path, monkeypatch):
    """The folder of the journals; it appears with the first edit."""
    folder = tmp_path / "journals"
    monkeypatch.setenv("ATLAS_LAB_EDITS", str(folder))
    return folder


@pytest.fixture
def case():
    return make_case()


@pytest.fixture
def on_disk(tmp_path):
    """The same case, saved and opened again."""
    return Case.open(make_case().save(tmp_path / "atlas"))
