"""A notebook that ran: small, and three pictures in its export, with no network and no kernel."""

import base64
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import sync_playwright

CELLS = [
    "import atlas_lab as al\ncase = al.Case.open(r'{case}')",
    "al.view(case, at='liver')",
    "al.view(case, edit='spleen', layout='grid')",
    "al.view(case, overlay=case.labels['liver'].astype('float32'), window='bone')",
]


pytestmark = [pytest.mark.real, pytest.mark.slow]


def executed(folder, *, store: bool) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(cell.format(case=folder / "cases" / "TS_ABD_0001")) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    return NotebookClient(notebook, store_widget_state=store).execute()


@pytest.mark.browser
def test_three_viewers_are_three_pictures_in_a_small_file(real_data, tmp_path, browser_path):
    notebook = executed(real_data, store=False)
    assert len(nbformat.writes(notebook)) <= 1_500_000
    html, _ = HTMLExporter().from_notebook_node(notebook)
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert len(pictures) == 3
    assert all(base64.b64decode(picture)[:4] == b"\x89PNG" for picture in pictures)
    page = tmp_path / "viewers.html"
    page.write_text(html)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.route("http*://**", lambda route: route.abort())  # offline
        opened.goto(page.as_uri())
        widths = opened.evaluate("() => [...document.querySelectorAll('.jp-OutputArea img')].map(i => i.naturalWidth)")
        browser.close()
    assert len(widths) == 3
    assert min(widths) > 400


def test_widget_state_that_is_stored_holds_no_voxel(real_data):
    notebook = executed(real_data, store=True)
    assert "widgets" in notebook.metadata
    assert len(nbformat.writes(notebook)) <= 1_500_000
