"""The first lesson in a real JupyterLab: no errors, pictures that show something, sliders that move them."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from tests.ui.lab import lab, page, run_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shot(element) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("L"), dtype=int)


def test_the_first_lesson_runs_and_its_viewer_follows_the_slider(browser_path, tmp_path):
    with lab(tmp_path / "notebooks") as (address, token), page(browser_path, address, token, "00_start_here.ipynb") as opened:
        assert run_all(opened) == []
        widget = opened.locator(".jupyter-widgets.widget-image")
        assert widget.count() == 3, "the explorer shows three planes"
        axial = widget.first
        axial.scroll_into_view_if_needed()
        before = shot(axial)
        assert before.std() > 20, "the axial plane is blank"
        readout = opened.get_by_text("voxel (").first
        said = readout.inner_text()
        handle = opened.locator(".widget-slider .noUi-handle").nth(1)  # the first slider is the opacity's
        deadline = time.time() + 120  # the kernel may be slow, and a page still settling takes the focus away
        while readout.inner_text() == said and time.time() < deadline:
            for _ in range(12):
                handle.press("ArrowRight")
            opened.wait_for_timeout(1000)
        assert readout.inner_text() != said, "the readout did not follow the slider"
        opened.wait_for_timeout(1000)
        after = shot(axial)
        assert (np.abs(after - before) > 20).mean() > 0.01, "the picture did not follow the slider"
        figures = opened.locator(".jp-OutputArea img").count()
        assert figures >= 3, "figures are missing"
