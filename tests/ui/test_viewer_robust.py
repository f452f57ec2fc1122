"""What goes wrong in practice: no WebGL, two browsers on one kernel, a busy kernel, a page that is loaded again."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.ui.lab import page
from tests.ui.patients import OPEN, VIEW, stored
from tests.ui.viewer_page import ViewerPage, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REFERENCES = Path(__file__).parent / "references"


def test_without_webgl_the_planes_work_and_the_solid_view_says_what_it_needs(browser_path, fresh):
    folder, address, token = fresh
    stored(folder, name="flat")
    write_notebook(folder / "flat.ipynb", OPEN.format("flat"), "al.view(case, layout='grid')")
    flags = ["--disable-webgl", "--disable-webgl2", "--disable-3d-apis"]
    with page(browser_path, address, token, "flat.ipynb", height=1400, flags=flags) as opened:
        view = ViewerPage(opened)
        view.run(0)
        view.run(1)
        view.appear()
        solid = view.viewer.locator(".atlas-solid")
        view.wait(lambda: "WebGL" in solid.inner_text(), "nothing is said about WebGL")
        assert "planes work without it" in solid.inner_text()


def test_two_browsers_on_one_kernel_show_the_same_strokes(browser_path, fresh):
    folder, address, token = fresh
    ct = stored(folder, name="shared")
    write_notebook(folder / "shared.ipynb", OPEN.format("shared"), VIEW)
    with page(browser_path, address, token, "shared.ipynb", height=1400) as opened:
        first = ViewerPage(opened)
        first.run(0)
        first.run(1)
        first.appear()
        opened.keyboard.press("Escape")
        opened.get_by_text("File", exact=True).first.click()
        opened.get_by_text("Save Notebook", exact=True).first.click()
        other = opened.context.browser.new_page(viewport={"width": 1400, "height": 1400})
        opened.wait_for_timeout(1500)
        other.goto(f"{address}/doc/tree/shared.ipynb?token={token}")
        second = ViewerPage(other)
        second.appear()
        before = first.mask("liver", ct.shape)
        first.drag(0, (0.3, 0.4), (0.7, 0.6))
        second.wait(lambda: (second.mask("liver", ct.shape) != before).any(), "the other browser does not follow")
        second.drag(0, (0.3, 0.7), (0.7, 0.5))
        first.wait(lambda: (first.mask("liver", ct.shape) == second.mask("liver", ct.shape)).all(), "they differ")
        assert (second.mask("liver", ct.shape) ^ before).sum() > 40


def test_a_viewer_comes_alive_while_the_kernel_is_busy(browser_path, fresh):
    folder, address, token = fresh
    stored(folder, name="busy")
    write_notebook(folder / "busy.ipynb", OPEN.format("busy"), "al.view(case)", "import time\ntime.sleep(45)")
    with page(browser_path, address, token, "busy.ipynb", height=1400) as opened:
        view = ViewerPage(opened)
        view.run(0)
        opened.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".jp-InputArea-editor").click()
        opened.keyboard.press("Shift+Enter")
        opened.keyboard.press("Shift+Enter")
        view.appear()
        prompt = opened.locator(".jp-Notebook .jp-CodeCell").nth(2).locator(".jp-InputPrompt")
        assert "*" in prompt.inner_text(), "the kernel was not busy any more"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("planes", "al.view(case, at='liver')"),
        ("painting", "viewer = al.view(case, edit='spleen', layout='axial', overlay=case.labels['spleen'] * 1.0)\nviewer"),
        ("difference", "viewer = al.view(case, compare=other)\nviewer.compare = 'difference'\nviewer"),
    ],
)
def test_it_looks_as_it_looked_when_somebody_looked(browser_path, fresh, name, cell):
    folder, address, token = fresh
    stored(folder, name="looks")
    other = "other = al.data.LabelMap({n: np.roll(case.labels[n], 2, 0) for n in case.labels}, case.ct.affine)"
    write_notebook(folder / "looks.ipynb", f"{OPEN.format('looks')}\n{other}", cell)
    with page(browser_path, address, token, "looks.ipynb", height=1400) as opened:
        view = ViewerPage(opened)
        view.run(0)
        view.run(1)
        view.appear()
        opened.mouse.move(5, 5)
        opened.wait_for_timeout(1500)
        shown = view.viewer.screenshot()
    reference = REFERENCES / f"{name}.png"
    if not reference.exists():  # look at it before it is kept
        reference.parent.mkdir(exist_ok=True)
        reference.write_bytes(shown)
        pytest.fail(f"{reference} was not there; it is now: look at it, then keep it")
    now, then = (Image.open(io.BytesIO(data)).convert("RGB") for data in (shown, reference.read_bytes()))
    assert abs(now.width - then.width) <= 8
    assert abs(now.height - then.height) <= 8
    # fonts differ between machines: compared is what is left at a sixteenth of the size
    small = (now.width // 16, now.height // 16)
    difference = np.asarray(now.resize(small), float) - np.asarray(then.resize(small), float)
    assert np.abs(difference).mean() < 4, "it looks different"
    assert np.abs(difference).max() < 120
