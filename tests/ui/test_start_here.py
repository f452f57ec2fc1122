"""The first lesson in a real JupyterLab: no errors, pictures that show something, a viewer that follows the wheel."""

import pytest

from tests.ui.lab import lab, page, run_all
from tests.ui.viewer_page import ViewerPage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_first_lesson_runs_and_its_viewer_follows_the_wheel(browser_path, tmp_path):
    with lab(tmp_path / "notebooks") as (address, token), page(browser_path, address, token, "00_start_here.ipynb") as opened:
        view = ViewerPage(opened)
        assert run_all(opened) == []
        view.appear(opened.locator(".atlas-viewer").count())
        view.plane(0).scroll_into_view_if_needed()
        before, said = view.pixels(0), view.status()
        view.plane(0).hover()
        opened.mouse.wheel(0, 400)
        view.wait(lambda: view.status() != said, "the readout did not follow the wheel")
        assert (view.pixels(0) != before).mean() > 0.01, "the picture did not follow the wheel"
        assert opened.locator(".jp-OutputArea img").count() >= 3, "figures are missing"
        assert view.errors == []
