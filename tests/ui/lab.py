"""A real JupyterLab on a folder, driven by a real browser."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BROWSER_FLAGS = [
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
]  # fmt: skip
_LAB = [
    "--allow-root",
    "--ip=127.0.0.1",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
_ERRORS = """() => [...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]')].map(e => e.textContent)"""
_BUSY = """() => [...document.querySelectorAll('.jp-InputPrompt')].some(e => e.textContent.includes('[*]'))"""


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[tuple[str, str]]:
    """`atlas-lab lab` on a copy of the notebooks in `folder`; yields its address and token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    options = [*_LAB, f"--port={port}", f"--IdentityProvider.token={token}"]
    command = [sys.executable, "-m", "atlas_lab.cli", "lab", str(folder), "--no-browser", "--", *options]
    settings = tempfile.mkdtemp(prefix="lab-settings-")  # nobody's own theme
    environment = {**os.environ, "JUPYTERLAB_SETTINGS_DIR": settings}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environment, start_new_session=True, **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api?token={token}", timeout=2):
                break
            time.sleep(0.25)
        yield address, token
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        shutil.rmtree(settings, ignore_errors=True)


@contextlib.contextmanager
def page(
    browser_path: str,
    address: str,
    token: str,
    notebook: str,
    *,
    height: int = 20_000,
    place: str = "doc/tree",
    flags: Sequence[str] = (),
) -> Iterator[Page]:
    """A notebook open in the browser; the window is so high that every cell is rendered.

    `place` is the front end's part of the address: JupyterLab's, `notebooks` (Notebook 7) or `voila/render`; `flags`
    are more options for the browser.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=[*BROWSER_FLAGS, *flags])
        try:
            opened = browser.new_page(viewport={"width": 1400, "height": height})
            # reset: JupyterLab would open again what the page before had open
            opened.goto(f"{address}/{place}/{notebook}?token={token}&reset", timeout=120_000)
            if not place.startswith("voila"):
                opened.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
            yield opened
        finally:
            browser.close()


def run_all(opened: Page, seconds: float = 240) -> list[str]:
    """Run every cell and wait for the last; the texts of errors shown."""
    opened.wait_for_timeout(3000)
    opened.locator(".jp-Notebook .jp-Cell").first.click()
    opened.keyboard.press("Escape")
    opened.get_by_text("Run", exact=True).first.click()
    opened.get_by_text("Run All Cells", exact=True).first.click()
    opened.wait_for_timeout(2000)
    end, idle = time.time() + seconds, 0
    while time.time() < end and idle < 3:
        idle = 0 if opened.evaluate(_BUSY) else idle + 1
        opened.wait_for_timeout(700)
    assert idle == 3, "the notebook did not finish in time"
    return opened.evaluate(_ERRORS)
