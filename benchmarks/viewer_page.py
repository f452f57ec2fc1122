"""A notebook in a real JupyterLab and browser: cells are run by the keyboard, a probe in the page says what was seen when."""

import contextlib
import itertools
import json
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import psutil
from playwright.sync_api import Page, TimeoutError, sync_playwright

from tests.ui.lab import BROWSER_FLAGS, lab

PROBE = Path(__file__).with_name("viewer_probe.js").read_text()
WINDOW = {"width": 1400, "height": 1600}  # two viewers below each other
_RAN = """i => {
  const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[i];
  return /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent);
}"""


class Notebook:
    """An open notebook."""

    def __init__(self, page: Page) -> None:
        self.page = page
        for _ in range(20):  # JupyterLab forgets a cell that is run while its kernel starts
            with contextlib.suppress(TimeoutError):
                self.run(0, 5)
                break

    def start(self, cell: int) -> None:
        """Run a cell as people do, and wait for nothing."""
        self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Shift+Enter")

    def run(self, cell: int, seconds: float = 120) -> None:
        """Run a cell to its end."""
        self.start(cell)
        self.page.wait_for_function(_RAN, arg=cell, timeout=1000 * seconds)

    def shown(self, cell: int, until: str, seconds: float = 400) -> dict[str, float]:
        """Run a cell until its output is `until` (interactive, full); seconds and bytes as the probe notes them."""
        self.start(cell)
        self.page.wait_for_function(f"probe.{until}", polling=200, timeout=1000 * seconds)
        return self.page.evaluate("probe")

    def canvas(self, number: int = 0) -> Any:
        """A canvas of the notebook's outputs."""
        return self.page.locator(".jp-OutputArea canvas").nth(number)

    def settle(self) -> None:
        """Wait until neither side has sent anything for three seconds."""
        before = None
        while before != (before := self.page.evaluate("({...bytes})")):
            self.page.wait_for_timeout(3000)


class Lab:
    """A JupyterLab server on a folder of its own; every notebook gets a kernel, a browser and a cache of its own."""

    def __init__(self, browser: str, folder: Path, address: str, token: str) -> None:
        self.browser, self.folder, self.address, self.token = browser, folder, address, token
        self._counter = itertools.count()

    @contextlib.contextmanager
    def notebook(self, cells: Sequence[str]) -> Iterator[Notebook]:
        """A new notebook, open; its kernel ends with it."""
        number = next(self._counter)
        name = f"run-{number}.ipynb"
        empty = f"import os\nos.environ['ATLAS_LAB_CACHE'] = {str(self.folder / f'cache-{number}')!r}"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
        made.cells = [nbformat.v4.new_code_cell(source) for source in (empty, *cells)]
        nbformat.write(made, self.folder / name)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=self.browser, args=BROWSER_FLAGS)
            try:
                page = browser.new_page(viewport=WINDOW)
                page.add_init_script(PROBE)
                page.goto(f"{self.address}/doc/tree/{name}?token={self.token}")
                page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
                yield Notebook(page)
            finally:
                browser.close()
                self._end_kernels()

    def _end_kernels(self) -> None:
        for session in json.loads(self._ask("GET", "sessions")):
            self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.address}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


@contextlib.contextmanager
def opened_lab(browser: str, folder: Path) -> Iterator[Lab]:
    """A server that runs until the block ends."""
    with lab(folder) as (address, token):
        yield Lab(browser, folder, address, token)


def renderers() -> int:
    """Resident bytes of all renderer processes of the browser."""
    processes = psutil.Process().children(recursive=True)
    return sum(p.memory_info().rss for p in processes if "--type=renderer" in p.cmdline())
