"""A training is watched in JupyterLab while the kernel is busy with it."""

from pathlib import Path

import pytest

from tests.ui.lab import page
from tests.ui.viewer_page import ViewerPage, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WATCH = f"""import sys
sys.path.append({str(Path(__file__).parents[2])!r})
from pathlib import Path
import atlas_lab as al
from atlas_lab.learning.training import Plan, train
from tests.learning.training.lines import Line
al.viewers.training('run')"""
TRAIN = """plan = Plan(steps=None, minutes=0.15, accelerator='cpu', precision='32-true', log_every=20, validate_every=200)
trained = train(Line(validate=True), plan, Path('run'))"""


def test_curves_come_while_the_next_cell_trains_and_end_when_it_does(browser_path, fresh):
    folder, address, token = fresh
    write_notebook(folder / "training.ipynb", WATCH, TRAIN)
    with page(browser_path, address, token, "training.ipynb", height=1600) as opened:
        view = ViewerPage(opened)
        view.run(0)
        output = opened.locator(".jp-OutputArea-output").first
        view.wait(lambda: "no log yet" in output.inner_text(), "the widget did not appear")
        cell = opened.locator(".jp-Notebook .jp-CodeCell").nth(1)
        cell.locator(".jp-InputArea-editor").click()
        opened.keyboard.press("Control+Enter")
        busy = cell.locator(".jp-InputPrompt")
        view.wait(lambda: "running" in output.inner_text(), "no word of the training")
        curves = output.locator("img").first
        view.wait(lambda: curves.is_visible() and curves.evaluate("i => i.naturalWidth") > 600, "no curves")
        said = output.inner_text()
        view.wait(lambda: output.inner_text() != said, "the words stand still")
        assert "*" in busy.inner_text(), "the kernel was not busy any more"
        view.wait(lambda: "100% of 0.15 min" in output.inner_text() and "done" in output.inner_text(), "it did not end")
        assert (folder / "run" / "last.ckpt").exists()
        assert view.errors == []
