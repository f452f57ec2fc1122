"""A tumour is played with in JupyterLab: sliders, clicks and keys change the picture, and what is seen is saved."""

import json

import numpy as np
import pytest

import atlas_lab as al
from atlas_lab.synthesis import remake
from tests.ui.lab import page
from tests.ui.patients import OPEN, stored
from tests.ui.viewer_page import ViewerPage, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAY = "{0} = al.viewers.playground(case, size={1}, seed={2})\n{0}"
TUMOUR = "synthetic_tumor"


class Played(ViewerPage):
    """The newest playground of a page."""

    @property
    def root(self):
        return self.page.locator(".jp-OutputArea-output").filter(has=self.page.locator(".atlas-viewer")).last

    def says(self, words: str) -> None:
        self.wait(lambda: words in self.root.inner_text(), f"it does not say {words!r}")

    def slide(self, label: str, key: str, times: int = 1) -> None:
        """Move a slider with the keyboard."""
        handle = self.root.locator(".widget-slider").filter(has_text=label).locator(".noUi-handle")
        self.wait(lambda: self.keeps_focus(handle), "something else takes the focus")  # the page may still be settling
        for _ in range(times):
            self.page.keyboard.press(key)

    def keeps_focus(self, handle) -> bool:
        handle.focus()
        self.page.wait_for_timeout(400)
        return handle.evaluate("handle => handle === document.activeElement")

    def crosshair(self) -> tuple[float, float]:
        """Where it is in the axial plane, in shares of its width and height."""
        r, g, b = np.moveaxis(self.pixels(0).astype(int), 2, 0)
        yellow = (r > 170) & (g > 140) & (b < 90)
        return yellow.sum(axis=0).argmax() / yellow.shape[1], yellow.sum(axis=1).argmax() / yellow.shape[0]


def test_sliders_clicks_and_keys_change_the_tumour_and_it_is_saved(browser_path, fresh):
    folder, address, token = fresh
    ct = stored(folder, codes="LPS")
    write_notebook(folder / "play.ipynb", OPEN.format("case"), PLAY.format("played", 24, 0))
    with page(browser_path, address, token, "play.ipynb", height=1800) as opened:
        view = Played(opened)
        view.run(0)
        view.run(1)
        view.appear()
        view.says("24")
        tumor, pixels = view.mask(TUMOUR, ct.shape), view.pixels(0)
        assert tumor.sum() > 20

        view.slide("size, mm", "ArrowRight", 6)
        view.wait(lambda: view.mask(TUMOUR, ct.shape).sum() > 1.5 * tumor.sum(), "the tumour does not grow with its slider")
        view.wait(lambda: (view.pixels(0) != pixels).any(), "the picture does not follow the size")
        view.says("30.0 mm")
        view.settle()
        pixels = view.pixels(0)
        view.slide("contrast, HU", "PageDown", 3)
        view.wait(lambda: (view.pixels(0) != pixels).any(), "the picture does not follow the contrast")
        assert opened.locator(".jp-Notebook .jp-CodeCell").count() == 2, "the keys went to the notebook"

        view.settle()
        before, (x, y) = np.argwhere(view.mask(TUMOUR, ct.shape)).mean(axis=0), view.crosshair()
        view.click(0, (x - 0.04, y))
        moved = lambda: np.argwhere(view.mask(TUMOUR, ct.shape)).mean(axis=0) - before  # noqa: E731
        view.wait(lambda: moved()[0] > 1, "the tumour does not come to the click")  # the patient's right is on the left
        view.click(0, (0.02, 0.02))
        view.says("is not in the liver")
        assert moved()[0] > 1, "the last tumour is gone"

        where = view.root.get_by_label("folder")
        where.fill("kept")
        view.root.get_by_role("button", name="Save what you see").click()
        view.says("saved:")
        kept = folder / "kept" / "case"
        record = json.loads((kept / "record.json").read_text())
        made = remake(al.Case.open(folder / "case"), record)
        np.testing.assert_array_equal(made.tumor, view.mask(TUMOUR, ct.shape))
        np.testing.assert_array_equal(al.Case.open(kept).ct.array, made.case.ct.array)
        assert view.errors == []


def test_two_playgrounds_of_a_page_know_nothing_of_each_other_and_a_second_view_shows_the_same(browser_path, fresh):
    folder, address, token = fresh
    ct = stored(folder)
    cells = [PLAY.format("first", 24, 0), PLAY.format("second", 20, 5), "first.set(size=30)", "first"]
    write_notebook(folder / "two.ipynb", OPEN.format("case"), *cells)
    with page(browser_path, address, token, "two.ipynb", height=3600) as opened:
        view = Played(opened)
        view.run(0)
        view.run(1)
        view.appear()
        view.run(2)
        view.appear(2)
        tumor, pixels = view.mask(TUMOUR, ct.shape), view.pixels(0)
        view.run(3)
        view.settle()
        np.testing.assert_array_equal(view.mask(TUMOUR, ct.shape), tumor)
        np.testing.assert_array_equal(view.pixels(0), pixels)
        view.run(4)
        view.appear(3)
        view.wait(lambda: (view.pixels(0) != pixels).any(), "both show the same tumour")
        view.slide("size, mm", "ArrowLeft", 3)
        both = opened.locator(".jp-OutputArea-output").filter(has=opened.locator(".atlas-viewer"))
        view.wait(lambda: both.first.inner_text().count("27") > 0, "the first view does not follow the second")
        assert view.errors == []
