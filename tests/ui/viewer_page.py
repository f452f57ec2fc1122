"""A viewer in a real page: what a person does with mouse and keys, and what the page itself holds."""

import base64
import io
import json
import os
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

_MASK = """async ([structure]) => {
    const sessions = [...globalThis.__atlas_lab__.sessions.values()];
    const { session } = await sessions.at(-1);
    const { scene } = session;
    const [nx, ny, nz] = scene.shape;
    const mask = scene.masks.get(structure);
    const inside = [];
    for (let z = 0; z < nz; z++) for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) {
        if (mask.has(x, y, z)) inside.push(x + nx * (y + ny * z));
    }
    return inside;
}"""
_SHOWN = """() => {
    const { sessions, bundles } = globalThis.__atlas_lab__ ?? { sessions: new Map(), bundles: new Map() };
    const outputs = [...document.querySelectorAll(".jp-OutputArea-output")].map((o) => o.textContent.slice(0, 400));
    return { outputs, sessions: [...sessions.keys()], bundles: [...bundles.keys()],
        stills: document.querySelectorAll(".atlas-still").length };
}"""
_PENDING = "async () => (await [...globalThis.__atlas_lab__.sessions.values()].at(-1)).session.pending"


def write_notebook(path: Path, *cells: str) -> None:
    """A notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


class ViewerPage:
    """The newest viewer of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.said: list[str] = []  # on the browser's console
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text[:300]}"))

    def run(self, cell: int) -> None:
        """Run one cell (JupyterLab or Notebook 7) and wait for it."""
        place = self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell)
        prompt = place.locator(".jp-InputPrompt")
        said = prompt.inner_text()
        # A page that is still settling takes the focus away, or asks something; a kernel that is still starting forgets
        # what it was asked, and the number of the cell stays empty.
        while prompt.inner_text() == said or not re.search(r"\d", prompt.inner_text()):
            for dialog in self.page.locator("dialog.jp-Dialog .jp-mod-accept").all():
                dialog.click()
            place.locator(".jp-InputArea-editor").click()
            self.page.keyboard.press("Control+Enter")
            self.page.wait_for_timeout(1500)
            self.wait(lambda: "*" not in prompt.inner_text(), "the cell did not finish")
        errors = place.locator('[data-mime-type="application/vnd.jupyter.error"]')
        assert errors.count() == 0, errors.all_inner_texts()

    def appear(self, viewers: int = 1) -> Locator:
        """Wait for the newest viewer's drawn canvas; `viewers` are then in the page."""
        planes = self.page.locator(".atlas-viewer").filter(has=self.page.locator("canvas.atlas-plane"))
        self.wait(lambda: planes.count() >= viewers, "the viewer did not appear", 120)
        self.wait(lambda: self.pixels(0).std() > 20, "the axial plane stays blank")
        return self.viewer

    @property
    def viewer(self) -> Locator:
        return self.page.locator(".atlas-viewer").last

    def plane(self, number: int) -> Locator:
        """Axial, coronal, sagittal: 0, 1, 2."""
        return self.viewer.locator("canvas.atlas-plane").nth(number)

    def pixels(self, number: int) -> np.ndarray:
        """What a plane shows, uint8 (rows, columns, 3)."""
        address = self.plane(number).evaluate("canvas => canvas.toDataURL()")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB"))

    def drag(self, number: int, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        """Drag over a plane, from and to shares of its width and height."""
        box = self.plane(number).bounding_box()
        assert box
        (x0, y0), (x1, y1) = ((box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end))
        self.page.mouse.move(x0, y0)
        self.page.mouse.down()
        self.page.mouse.move(x1, y1, steps=steps)
        self.page.mouse.up()
        self.settle()

    def click(self, number: int, at: tuple[float, float]) -> None:
        self.drag(number, at, at, 1)

    def press(self, key: str) -> None:
        """A key, as long as the viewer has the focus."""
        self.wait(lambda: self.viewer.evaluate("v => v.contains(document.activeElement)"), "the viewer has not the focus")
        self.page.keyboard.press(key)
        self.settle()

    def settle(self) -> None:
        """Wait until every stroke is confirmed and everything is drawn."""
        self.page.wait_for_timeout(250)
        self.wait(lambda: self.page.evaluate(_PENDING) == 0, "a stroke was never confirmed")

    def status(self) -> str:
        return self.viewer.locator(".atlas-status").inner_text()

    def mask(self, structure: str, shape: tuple[int, ...]) -> np.ndarray:
        """A structure's mask as the page holds it, bool (x, y, z)."""
        flat = np.zeros(int(np.prod(shape)), bool)
        flat[self.page.evaluate(_MASK, [structure])] = True
        return flat.reshape(shape, order="F")

    def wait(self, true: Any, otherwise: str, seconds: float = 60) -> None:
        end = time.time() + seconds
        while not true():
            if time.time() > end:
                shown = json.dumps(self.page.evaluate(_SHOWN), indent=1)
                pytest.fail("\n".join([otherwise, shown, *self.errors, *self.said[-30:]]))
            self.page.wait_for_timeout(100)


def end_kernels(address: str, token: str) -> None:
    """JupyterLab keeps a notebook's kernel for the next page on the same path."""
    with urllib.request.urlopen(f"{address}/api/sessions?token={token}") as answer:
        sessions = json.load(answer)
    for session in sessions:
        request = urllib.request.Request(f"{address}/api/sessions/{session['id']}?token={token}", method="DELETE")
        urllib.request.urlopen(request).close()


def kill(pid_file: Path) -> None:
    """End a kernel the hard way."""
    os.kill(int(pid_file.read_text()), 9)
