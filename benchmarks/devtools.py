"""A headless Chromium and the few DevTools commands that a benchmark needs.

Playwright, which the tests use, listens to the network, so that the browser encodes every websocket message a second time
and sends it along: 2 seconds for 100 megabytes, which one of the viewers here sends twice over.
"""

import base64
import contextlib
import itertools
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import websocket

from tests.ui.lab import BROWSER_FLAGS

WINDOW = "--window-size=1400,1700"  # room for two viewers below each other
SHIFT = 8
PATIENCE = 600.0  # seconds; a viewer may keep its page busy for minutes


class Tab:
    """One page of a browser."""

    def __init__(self, address: str, process: int) -> None:
        self._socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self._numbers = itertools.count()
        self._process = process
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command and its answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, url: str, script: str) -> None:
        """Go to a page; `script` runs before its own."""
        self.send("Page.enable")
        self.send("Page.addScriptToEvaluateOnNewDocument", source=script)
        self.send("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']['exception']['description']}")
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float = PATIENCE) -> None:
        """Look every 0.2 s until the expression is true. TimeoutError: it has not become so."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(f"not true within {seconds:g} s: {expression}")
            time.sleep(0.2)

    def box(self, element: str) -> tuple[float, float, float, float]:
        """Left, top, width and height of what an expression names."""
        x, y, width, height = self.evaluate(
            f"(({{x, y, width, height}}) => [x, y, width, height])({element}.getBoundingClientRect())"
        )
        return x, y, width, height

    def drag(self, x: float, y: float, right: float = 0.0, steps: int = 1) -> None:
        """Press the left button at (x, y), move to the right, lift it: a click where that is 0."""
        button = {"button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.send("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, buttons=1, **button)
        for step in range(1, steps + 1):
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x + right * step / steps, y=y, buttons=1, **button)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", x=x + right, y=y, **button)

    def press_shift_enter(self) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, modifiers=SHIFT)

    def picture(self, element: str) -> bytes:
        """What an expression names, as PNG."""
        x, y, width, height = self.box(element)
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        return base64.b64decode(self.send("Page.captureScreenshot", clip=clip)["data"])

    def memory(self) -> int:
        """Resident bytes of all renderer processes of the browser."""
        processes = psutil.Process(self._process).children(recursive=True)
        return sum(p.memory_info().rss for p in processes if "--type=renderer" in p.cmdline())


@contextlib.contextmanager
def tab(browser: str) -> Iterator[Tab]:
    """The only page of a browser that has just been started, without a profile."""
    with tempfile.TemporaryDirectory(prefix="atlas-lab-browser-", ignore_cleanup_errors=True) as profile:
        flags = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}", WINDOW, *BROWSER_FLAGS]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started = subprocess.Popen([browser, *flags, "about:blank"], start_new_session=True, **quiet)
        try:
            port = _written(Path(profile) / "DevToolsActivePort").split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30) as answer:
                pages = [page for page in json.load(answer) if page["type"] == "page"]
            yield Tab(pages[0]["webSocketDebuggerUrl"], started.pid)
        finally:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def _written(path: Path) -> str:
    """The text of a file that another process is about to write."""
    for _ in range(300):
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.1)
    raise TimeoutError(f"{path} was not written: the browser did not start")
