"""The viewer in real front ends: it draws, follows, paints exactly, and loses nothing to a killed kernel."""

import re

import nibabel as nib
import numpy as np
import pytest

from tests.ui.lab import page
from tests.ui.patients import OPEN, VIEW, stored
from tests.ui.viewer_page import ViewerPage, end_kernels, kill, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP = "np.save('liver.npy', viewer.labels['liver'])"
ORIENTATIONS = ["RAS", "LPS", "ASR", "IPL", "SLA", "PIR"]


def test_what_is_painted_in_the_page_is_what_the_file_holds(browser_path, fresh):
    folder, address, token = fresh
    cells = [OPEN.format(f"case_{codes}") + f"\n{VIEW}" for codes in ORIENTATIONS]
    write_notebook(folder / "orientations.ipynb", *(cell for view in cells for cell in (view, KEEP)))
    with page(browser_path, address, token, "orientations.ipynb", height=4400) as opened:
        view = ViewerPage(opened)
        for number, codes in enumerate(ORIENTATIONS):
            ct = stored(folder, codes, name=f"case_{codes}")
            view.run(2 * number)
            view.appear(number + 1)
            before = view.mask("liver", ct.shape)
            view.drag(0, (0.3, 0.4), (0.7, 0.6))
            view.press("d")  # a ball
            view.drag(1, (0.4, 0.3), (0.6, 0.5))
            view.press("e")
            view.drag(2, (0.3, 0.3), (0.5, 0.6))
            drawn = view.mask("liver", ct.shape)
            assert (drawn ^ before).sum() > 40
            view.press("v")
            view.click(0, (0.25, 0.4))  # somewhere in the patient's right half, as radiologists look
            right = float(re.search(r"R (-?[\d.]+)", view.status())[1])
            assert right > nib.affines.apply_affine(ct.affine, np.array(ct.shape) / 2)[0]
            view.press("s")
            file = nib.load(folder / f"case_{codes}" / "segmentations" / "liver.nii.gz")
            assert "".join(nib.aff2axcodes(file.affine)) == codes
            np.testing.assert_array_equal(nib.as_closest_canonical(file).get_fdata() > 0, drawn)
            view.run(2 * number + 1)
            np.testing.assert_array_equal(np.load(folder / "liver.npy"), drawn)
        assert view.errors == []


def test_a_killed_kernel_loses_no_confirmed_stroke(browser_path, fresh):
    folder, address, token = fresh
    ct = stored(folder)
    write_notebook(folder / "killed.ipynb", OPEN.format("case"), VIEW, KEEP)
    with page(browser_path, address, token, "killed.ipynb", height=1400) as opened:
        view = ViewerPage(opened)
        view.run(0)
        view.run(1)
        view.appear()
        view.drag(0, (0.3, 0.4), (0.7, 0.6))
        view.drag(0, (0.3, 0.6), (0.7, 0.4))
        view.press("z")
        view.press("z")
        view.press("y")
        drawn = view.mask("liver", ct.shape)
        kill(folder / "pid.txt")
    end_kernels(address, token)
    with page(browser_path, address, token, "killed.ipynb", height=1400) as opened:
        view = ViewerPage(opened)
        view.run(0)
        view.run(1)
        view.appear()
        assert "not saved" in view.viewer.locator(".atlas-banner").inner_text()
        assert view.mask("liver", ct.shape).sum() != drawn.sum()
        view.viewer.get_by_role("button", name="Restore").click()
        view.wait(lambda: (view.mask("liver", ct.shape) == drawn).all(), "the strokes did not come back")
        view.run(2)
        np.testing.assert_array_equal(np.load(folder / "liver.npy"), drawn)


def test_crosshair_structures_window_and_keys_work(browser_path, fresh):
    folder, address, token = fresh
    stored(folder)
    write_notebook(
        folder / "looked.ipynb",
        OPEN.format("case"),
        "viewer = al.view(case, at='liver')\nviewer",
        "viewer.voxel = (30, 30, 20)\nviewer.window = 'lung'",
        "print(viewer.voxel, viewer.window, viewer.visible[:1], viewer.measurements)",
    )
    with page(browser_path, address, token, "looked.ipynb", height=1400) as opened:
        view = ViewerPage(opened)
        view.run(0)
        view.run(1)
        view.appear()
        before, said = view.pixels(0), view.status()
        view.click(1, (0.5, 0.4))
        assert view.status() != said
        assert (view.pixels(0) != before).any()
        shown = view.pixels(0)
        view.viewer.get_by_label("show liver", exact=True).click()
        view.settle()
        assert (view.pixels(0) != shown).any(), "hiding the liver changed nothing"
        view.run(2)
        view.settle()
        assert "voxel 30, 30, 20" in view.status() or view.viewer.locator(".atlas-level").inner_text() == "C -600 W 1500"
        view.click(0, (0.5, 0.5))
        view.press("r")
        view.drag(0, (0.4, 0.5), (0.6, 0.5))
        view.press("?")
        assert view.viewer.get_by_role("dialog").is_visible()
        view.press("Escape")
        assert view.viewer.get_by_role("dialog").count() == 0
        view.press("a")  # a tool here, a new cell in the notebook
        assert opened.locator(".jp-Notebook .jp-CodeCell").count() == 4
        view.run(3)
        printed = opened.locator(".jp-OutputArea-output").last.inner_text()
        assert "(-600.0, 1500.0) ('aorta',)" in printed
        assert "'kind': 'ruler'" in printed
        assert view.errors == []


@pytest.mark.parametrize("front_end", ["notebook", "voila"])
def test_other_front_ends_show_and_paint(browser_path, fresh, front_end):
    folder, address, token = fresh
    ct = stored(folder, name=front_end)
    write_notebook(folder / "other.ipynb", OPEN.format(front_end), VIEW)
    place = {"notebook": "notebooks", "voila": "voila/render"}[front_end]
    with page(browser_path, address, token, "other.ipynb", height=1400, place=place) as opened:
        view = ViewerPage(opened)
        if front_end == "notebook":
            view.run(0)
            view.run(1)
        view.appear()
        before = view.mask("liver", ct.shape)
        view.drag(0, (0.3, 0.4), (0.7, 0.6))
        assert (view.mask("liver", ct.shape) ^ before).sum() > 20
        view.wait(lambda: "on disk" in view.status(), "the page never says that the stroke is on disk")
        view.press("z")
        view.wait(lambda: (view.mask("liver", ct.shape) == before).all(), "undo did not reach the page")
