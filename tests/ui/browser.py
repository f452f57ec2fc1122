"""Which browser there is to drive."""

import shutil
import subprocess
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def installed_browser() -> str | None:
    """An installed Chromium or Chrome that starts, else the one Playwright has downloaded, else None."""
    for path in filter(None, map(shutil.which, BROWSERS)):
        # On some systems the name is a stub that only says how to install the browser.
        if subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None
