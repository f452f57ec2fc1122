"""A notebook in a real JupyterLab and browser: cells are run by the keyboard, a probe in the page says what was seen when."""

import contextlib
import itertools
import json
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from benchmarks.devtools import Tab, tab
from tests.ui.lab import lab

PROBE = Path(__file__).with_name("viewer_probe.js").read_text()
CANVASES = "[...document.querySelectorAll('.jp-OutputArea canvas')]"
_CELLS = "document.querySelectorAll('.jp-Notebook .jp-Cell')"
_PROMPT = _CELLS + "[{}]?.querySelector('.jp-InputPrompt')"


class Notebook:
    """An open notebook; its first cell has been run."""

    def __init__(self, page: Tab) -> None:
        self.page = page
        page.wait(_PROMPT.format(0), 90)
        for _ in range(20):  # JupyterLab forgets a cell that is run while its kernel starts
            with contextlib.suppress(TimeoutError):
                self.run(0, 5)
                return
        raise TimeoutError("the kernel did not start")

    def start(self, cell: int) -> None:
        """Run a cell as people do, and wait for nothing."""
        prompt = _PROMPT.format(cell)
        self.page.evaluate(f"{prompt}.scrollIntoViewIfNeeded()")
        x, y, width, height = self.page.box(prompt)
        self.page.drag(x + width / 2, y + height / 2)
        self.page.press_shift_enter()

    def run(self, cell: int, seconds: float = 120) -> None:
        """Run a cell to its end."""
        self.start(cell)
        self.page.wait(rf"/\[\d+\]/.test({_PROMPT.format(cell)}.textContent)", seconds)

    def shown(self, cell: int, until: str) -> dict[str, float]:
        """Run a cell until its output is `until` (interactive, full); seconds and bytes as the probe notes them."""
        self.start(cell)
        self.page.wait(f"probe.{until}")
        return self.page.evaluate("probe")

    def settle(self, seconds: float = 3.0) -> None:
        """Wait until nothing has been sent or received for some time."""
        before = None
        while before != (before := self.page.evaluate("({...bytes})")):
            time.sleep(seconds)


class Lab:
    """A JupyterLab server on a folder; every notebook gets a kernel, a browser and a cache of its own."""

    def __init__(self, browser: str, folder: Path, address: str, token: str) -> None:
        self.browser, self.folder, self.address, self.token = browser, folder, address, token
        self._numbers = itertools.count()

    @contextlib.contextmanager
    def notebook(self, cells: Sequence[str]) -> Iterator[Notebook]:
        """A new notebook with these cells from the second on, open; its kernel ends with it."""
        number = next(self._numbers)
        name = f"run-{number}.ipynb"
        empty = f"import os\nos.environ['ATLAS_LAB_CACHE'] = {str(self.folder / f'cache-{number}')!r}"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        made = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
        made.cells = [nbformat.v4.new_code_cell(source) for source in (empty, *cells)]
        nbformat.write(made, self.folder / name)
        try:
            with tab(self.browser) as page:
                page.open(f"{self.address}/doc/tree/{name}?token={self.token}&reset", PROBE)
                yield Notebook(page)
        finally:
            for session in self._ask("GET", "sessions"):
                self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.address}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")


@contextlib.contextmanager
def opened_lab(browser: str, folder: Path) -> Iterator[Lab]:
    """A server that runs until the block ends."""
    with lab(folder) as (address, token):
        yield Lab(browser, folder, address, token)
